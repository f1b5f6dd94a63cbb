using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using NodaTime;
using NodaTime.Text;
using Outpost.Kernel;

namespace Outpost.FieldService.Web.Forms;

/// <summary>
/// Turns the fields of an HTML form into the JSON that the API takes. A field's name is the path of the value, <c>line_items[2].unit_price</c>, with what kind of value
/// it is where that is not text: <c>:number</c>, <c>:money</c> (an amount as people write it, to cents), <c>:decimal</c> (a number that the API takes as text), <c>:bool</c>, <c>:list</c>, <c>:numbers</c> (several in one field), <c>:lines</c> (a list, one on each line), <c>:needs</c> (text without which an item of a list is none), <c>:either</c> (the value names the field, <c>tax_rate:number=7</c>), <c>:at</c> (date
/// and time on the clock of the zone, to an instant), and <c>:day</c> and <c>:clock</c>, which together are a date and time without zone. Names that begin with an underscore are the form's own.
/// </summary>
internal static partial class FormBody
{
    private const int MostItems = 500;

    /// <summary>Stands where an item of a list lacks what it cannot be without; the item goes with it.</summary>
    private const string Absent = "\0absent";

    /// <param name="empties">Whether a blank field empties the value; otherwise it is left out. Inside a list blanks are always left out, and an item of nothing but blanks is none.</param>
    /// <exception cref="RuleException">VALIDATION_ERROR, naming the field.</exception>
    public static JsonObject Read(IEnumerable<KeyValuePair<string, Microsoft.Extensions.Primitives.StringValues>> fields, bool empties, DateTimeZone zone)
    {
        var body = new JsonObject();
        Dictionary<string, string> days = [], clocks = [];
        foreach (var (name, values) in fields)
        {
            if (name.StartsWith('_')) continue;

            var (path, kind) = name.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon ? (name[..colon], name[(colon + 1)..]) : (name, "text");
            if (kind is "day" or "clock")
            {
                (kind is "day" ? days : clocks)[path] = values.ToString().Trim();
                continue;
            }

            if (kind is "either")
            {
                // One choice of several fields: the value says which of those beside it, and its value.
                if (values.ToString().Split('=', 2) is not [{ Length: > 0 } chosen, var said]) continue;
                var beside = path.LastIndexOf('.') is >= 0 and var dot ? path[..(dot + 1)] + chosen : chosen;
                var of = beside.IndexOf(':', StringComparison.Ordinal);
                Put(body, Steps(of < 0 ? beside : beside[..of]), Value(path, of < 0 ? "text" : beside[(of + 1)..], said, zone));
                continue;
            }

            var steps = Steps(path);
            var isInList = steps.Any(step => step.Index is not null);
            var value = Value(path, kind, values, zone);
            if (value is null && kind is "needs" && isInList) value = JsonValue.Create(Absent);
            if (value is null && (isInList || !empties)) continue;
            // A box that nobody has ticked fills in nothing, so a row of blanks with a box in it is still none.
            if (isInList && kind is "bool" && values.Count == 1 && values[0] is "false") continue;

            Put(body, steps, value);
        }

        foreach (var (path, clock) in clocks)
        {
            // What ends on the day it begins has its day from there.
            var day = days.TryGetValue(path, out var own) ? own : days.Values.FirstOrDefault();
            if (clock.Length > 0 && day is { Length: > 0 }) Put(body, Steps(path), JsonValue.Create($"{day}T{clock}"));
        }

        DropHoles(body);
        return body;
    }

    private static JsonNode? Value(string path, string kind, Microsoft.Extensions.Primitives.StringValues values, DateTimeZone zone)
    {
        if (kind is "list") return new JsonArray([.. values.Where(v => !string.IsNullOrWhiteSpace(v)).Select(v => (JsonNode?)JsonValue.Create(v!.Trim()))]);

        if (kind is "lines") return new JsonArray([.. values.ToString().Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(line => (JsonNode?)JsonValue.Create(line))]);

        if (kind is "numbers")
        {
            return new JsonArray([.. values.ToString().Split([' ', ';', ','], StringSplitOptions.RemoveEmptyEntries).Select(one => (JsonNode?)JsonValue.Create(Number(one) ?? throw Wrong(path, $"“{one}” is no number.")))]);
        }

        // A checkbox comes behind the hidden field that says what it means when it is not ticked.
        var text = values.Count == 0 ? "" : values[^1]!.Trim();
        if (text.Length == 0) return null;

        return kind switch
        {
            "text" or "needs" => JsonValue.Create(values[^1]!),
            "bool" => JsonValue.Create(text is "true" or "on" or "yes"),
            "number" => JsonValue.Create(Number(text) ?? throw Wrong(path, $"“{text}” is no number.")),
            "decimal" => JsonValue.Create((Number(text) ?? throw Wrong(path, $"“{text}” is no number.")).ToString(CultureInfo.InvariantCulture)),
            "money" => JsonValue.Create(Cents(text) ?? throw Wrong(path, $"“{text}” is no amount. Write it as 1250.00.")),
            "at" => JsonValue.Create(Instant(text, zone) ?? throw Wrong(path, $"“{text}” is no date and time.")),
            _ => throw Wrong(path, $"“{kind}” is no kind of field."),
        };
    }

    /// <summary>An amount as people write it, in cents: 1250, 1,250.00, 1.250,00 or $1 250.00. Null when it is none.</summary>
    internal static long? Cents(string text)
    {
        if (Number(text) is not { } amount) return null;

        try
        {
            var cents = amount * 100m;
            return cents == decimal.Truncate(cents) ? (long)cents : null;
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    /// <summary>A number as people write it. The last of point and comma is the decimal one, unless it stands before exactly three digits and is a comma, or stands there more than once.</summary>
    internal static decimal? Number(string text)
    {
        var plain = Ornaments().Replace(text, "").Replace('−', '-');
        var (point, comma) = (plain.LastIndexOf('.'), plain.LastIndexOf(','));
        var mark = Math.Max(point, comma);
        if (mark >= 0)
        {
            var sign = plain[mark];
            var isGrouping = plain.IndexOf(sign) != mark || (sign == ',' && point < 0 && plain.Length - mark - 1 == 3);
            if (isGrouping)
            {
                // A mark between groups stands before three digits and nowhere else.
                if (plain.Split(sign).Skip(1).Any(group => group.Length != 3)) return null;
                plain = plain.Replace(sign.ToString(), "", StringComparison.Ordinal);
            }
            else plain = plain[..mark].Replace(".", "", StringComparison.Ordinal).Replace(",", "", StringComparison.Ordinal) + '.' + plain[(mark + 1)..];
        }

        return decimal.TryParse(plain, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    // A time that the clocks skip is moved behind the gap, of one that they show twice it is the first.
    private static string? Instant(string text, DateTimeZone zone) =>
        (text.Length == 10 ? text + "T12:00" : text) is var full && LocalDateTimePattern.GeneralIso.Parse(full.Length == 16 ? full + ":00" : full) is { Success: true, Value: var local }
            ? local.InZoneLeniently(zone).ToInstant().ToString()
            : null;

    private static List<(string Name, int? Index)> Steps(string path)
    {
        List<(string, int?)> steps = [];
        foreach (var part in path.Split('.'))
        {
            var match = Step().Match(part);
            if (!match.Success) throw Wrong(path, "This field has no name that can be read.");
            var index = match.Groups[2].Success ? int.Parse(match.Groups[2].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) : (int?)null;
            if (index >= MostItems) throw Wrong(path, $"A list has at most {MostItems} items.");
            steps.Add((match.Groups[1].Value, index));
        }

        return steps;
    }

    private static void Put(JsonObject body, List<(string Name, int? Index)> steps, JsonNode? value)
    {
        var at = body;
        for (var i = 0; i < steps.Count; i++)
        {
            var (name, index) = steps[i];
            var isLast = i == steps.Count - 1;
            if (index is not { } place)
            {
                if (isLast) at[name] = value;
                else at = at[name] as JsonObject ?? (JsonObject)(at[name] = new JsonObject());
                continue;
            }

            var list = at[name] as JsonArray ?? (JsonArray)(at[name] = new JsonArray());
            while (list.Count <= place) list.Add(null);
            if (isLast) list[place] = value;
            else at = list[place] as JsonObject ?? (JsonObject)(list[place] = new JsonObject());
        }
    }

    private static void DropHoles(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject fields:
                foreach (var (_, value) in fields) DropHoles(value);
                break;
            case JsonArray items:
                for (var i = items.Count - 1; i >= 0; i--)
                {
                    DropHoles(items[i]);
                    if (items[i] is null || items[i] is JsonObject { Count: 0 } || (items[i] is JsonObject item && item.Any(IsAbsent))) items.RemoveAt(i);
                }

                break;
        }
    }

    private static bool IsAbsent(KeyValuePair<string, JsonNode?> field) => field.Value is JsonValue value && value.TryGetValue<string>(out var text) && text == Absent;

    private static RuleException Wrong(string path, string message) => new("VALIDATION_ERROR", message) { Field = path };

    [GeneratedRegex(@"^([a-z0-9_]{1,64})(?:\[([0-9]{1,4})\])?$")]
    private static partial Regex Step();

    [GeneratedRegex(@"[\s$€£'’%]|^[A-Z]{3}")]
    private static partial Regex Ornaments();
}
