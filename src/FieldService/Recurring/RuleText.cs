using System.Globalization;
using NodaTime;
using NodaTime.Text;

namespace Outpost.FieldService.Recurring;

/// <summary>Rules as RFC 5545 spells them, <c>FREQ=MONTHLY;BYDAY=-1FR</c>. What is not understood is refused, never passed over: half a rule is another rule.</summary>
internal static class RuleText
{
    public const int Longest = 500;
    private const int LongestInterval = 1000;
    private const int LargestCount = 10_000;
    private const string Prefix = "RRULE:";

    private static readonly Dictionary<string, IsoDayOfWeek> Weekdays = new(StringComparer.Ordinal)
    {
        ["MO"] = IsoDayOfWeek.Monday, ["TU"] = IsoDayOfWeek.Tuesday, ["WE"] = IsoDayOfWeek.Wednesday, ["TH"] = IsoDayOfWeek.Thursday,
        ["FR"] = IsoDayOfWeek.Friday, ["SA"] = IsoDayOfWeek.Saturday, ["SU"] = IsoDayOfWeek.Sunday,
    };

    private static readonly LocalDatePattern Day = LocalDatePattern.CreateWithInvariantCulture("uuuuMMdd");
    private static readonly LocalDateTimePattern DayAndTime = LocalDateTimePattern.CreateWithInvariantCulture("uuuuMMdd'T'HHmmss");

    /// <exception cref="Kernel.RuleException">VALIDATION_ERROR: the text is no rule, or asks for what is not supported.</exception>
    public static RecurrenceRule Read(string text)
    {
        if (text.Length > Longest) throw RecurringRules.RuleIs($"longer than {Longest} characters");

        text = text.Trim().ToUpperInvariant();
        if (text.StartsWith(Prefix, StringComparison.Ordinal)) text = text[Prefix.Length..];

        var parts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in text.Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part.Split('=') is not [{ Length: > 0 } name, { Length: > 0 } value]) throw RecurringRules.RuleIs($"not of the form NAME=VALUE at '{part}'");
            if (!parts.TryAdd(name, value)) throw RecurringRules.RuleIs($"naming {name} twice");
        }

        var rule = new RecurrenceRule(
            Taken(parts, "FREQ") switch
            {
                "DAILY" => Frequency.Daily,
                "WEEKLY" => Frequency.Weekly,
                "MONTHLY" => Frequency.Monthly,
                "YEARLY" => Frequency.Yearly,
                _ => throw RecurringRules.RuleIs("without a FREQ of DAILY, WEEKLY, MONTHLY or YEARLY"),
            },
            Taken(parts, "INTERVAL") is { } interval ? Number("INTERVAL", interval, 1, LongestInterval) : 1,
            Taken(parts, "COUNT") is { } count ? Number("COUNT", count, 1, LargestCount) : null,
            Taken(parts, "UNTIL") is { } until ? UntilOf(until) : null,
            Listed(parts, "BYDAY", NthDayOf),
            Listed(parts, "BYMONTHDAY", (name, item) => Signed(name, item, 31)),
            Listed(parts, "BYMONTH", (name, item) => Number(name, item, 1, 12)),
            Listed(parts, "BYSETPOS", (name, item) => Signed(name, item, 366)),
            Taken(parts, "WKST") is { } first ? Weekday("WKST", first) : IsoDayOfWeek.Monday);
        if (parts.Count > 0) throw RecurringRules.RuleIs($"using {string.Join(", ", parts.Keys)}, which is not supported; the time of day is that of the first one");

        SeeThatItsPartsAgree(rule);
        return rule;
    }

    public static string Write(RecurrenceRule rule)
    {
        List<string> parts = [$"FREQ={rule.Frequency.ToString().ToUpperInvariant()}"];
        if (rule.Interval > 1) parts.Add(Invariant($"INTERVAL={rule.Interval}"));
        if (rule.Count is { } count) parts.Add(Invariant($"COUNT={count}"));
        if (rule.Until is { } until) parts.Add($"UNTIL={(until.IsDate ? Day.Format(until.At.Date) : DayAndTime.Format(until.At) + (until.IsUtc ? "Z" : ""))}");
        if (rule.ByMonth.Count > 0) parts.Add($"BYMONTH={string.Join(',', rule.ByMonth)}");
        if (rule.ByMonthDay.Count > 0) parts.Add($"BYMONTHDAY={string.Join(',', rule.ByMonthDay)}");
        if (rule.ByDay.Count > 0) parts.Add($"BYDAY={string.Join(',', rule.ByDay.Select(day => (day.Nth == 0 ? "" : Invariant($"{day.Nth}")) + Letters(day.Day)))}");
        if (rule.BySetPos.Count > 0) parts.Add($"BYSETPOS={string.Join(',', rule.BySetPos)}");
        if (rule.WeekStart is not IsoDayOfWeek.Monday) parts.Add($"WKST={Letters(rule.WeekStart)}");
        return string.Join(';', parts);
    }

    private static void SeeThatItsPartsAgree(RecurrenceRule rule)
    {
        if (rule is { Count: not null, Until: not null }) throw RecurringRules.RuleIs("naming both COUNT and UNTIL");
        if (rule.Frequency is Frequency.Weekly && rule.ByMonthDay.Count > 0) throw RecurringRules.RuleIs("naming BYMONTHDAY in a weekly rule");
        if (rule.Frequency is Frequency.Daily or Frequency.Weekly && rule.ByDay.Any(day => day.Nth != 0))
        {
            throw RecurringRules.RuleIs("numbering its BYDAY, which only months and years can");
        }

        if (rule.BySetPos.Count > 0 && rule.ByDay.Count + rule.ByMonthDay.Count + rule.ByMonth.Count == 0) throw RecurringRules.RuleIs("naming BYSETPOS with nothing to choose from");
    }

    private static string? Taken(Dictionary<string, string> parts, string name) => parts.Remove(name, out var value) ? value : null;

    private static T[] Listed<T>(Dictionary<string, string> parts, string name, Func<string, string, T> read) =>
        Taken(parts, name) is { } list ? [.. list.Split(',').Select(item => read(name, item)).Distinct()] : [];

    private static int Number(string name, string text, int least, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw RecurringRules.RuleIs($"wrong at {name}: a number from {least} to {most} is expected");

    private static int Signed(string name, string text, int most) => text switch
    {
        ['-', .. var rest] => -Number(name, rest, 1, most),
        ['+', .. var rest] => Number(name, rest, 1, most),
        _ => Number(name, text, 1, most),
    };

    private static NthDay NthDayOf(string name, string text) =>
        text.Length < 2 ? throw RecurringRules.RuleIs($"wrong at {name}") : new(text.Length == 2 ? 0 : Signed(name, text[..^2], 53), Weekday(name, text[^2..]));

    private static IsoDayOfWeek Weekday(string name, string text) =>
        Weekdays.TryGetValue(text, out var day) ? day : throw RecurringRules.RuleIs($"wrong at {name}: a weekday is one of {string.Join(", ", Weekdays.Keys)}");

    private static Until UntilOf(string text)
    {
        if (Day.Parse(text) is { Success: true } day) return new(day.Value.At(new LocalTime(23, 59, 59)), IsUtc: false, IsDate: true);

        var isUtc = text.EndsWith('Z');
        return DayAndTime.Parse(isUtc ? text[..^1] : text) is { Success: true } at
            ? new(at.Value, isUtc, IsDate: false)
            : throw RecurringRules.RuleIs("wrong at UNTIL: write 20271231, 20271231T090000 or 20271231T140000Z");
    }

    private static string Letters(IsoDayOfWeek day) => Weekdays.First(pair => pair.Value == day).Key;

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
