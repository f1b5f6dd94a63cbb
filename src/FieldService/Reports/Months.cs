using System.Globalization;
using NodaTime;
using NodaTime.Extensions;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Reports;

/// <summary>
/// The months a report covers. A month begins and ends at midnight on the company's calendar, so a payment on the last evening of March is in March wherever
/// the server stands.
/// </summary>
internal sealed record Months(IReadOnlyList<DateOnly> First, DateTimeOffset[] Starts, DateTimeOffset[] Ends)
{
    private const int Usual = 12;
    private const int Most = 120;

    /// <summary>From one month to another, both included; the last twelve when nothing is said.</summary>
    /// <param name="from">Such as <c>2026-01</c>.</param>
    /// <exception cref="RuleException">VALIDATION_ERROR, naming the parameter.</exception>
    public static Months Of(string? from, string? to, CurrentUser user, TimeProvider clock)
    {
        var zone = user.Zone;
        var last = Read(to, "to") ?? Of(Today(user, clock).ToLocalDate());
        var first = Read(from, "from") ?? last.PlusMonths(1 - Usual);
        var count = Period.Between(first, last, PeriodUnits.Months).Months + 1;
        if (count is < 1 or > Most) throw new RuleException("VALIDATION_ERROR", $"from is a month before or at to, and at most {Most} months are reported at once.") { Field = "from" };

        var months = Enumerable.Range(0, count).Select(i => first.PlusMonths(i)).ToList();
        return new([.. months.Select(month => month.ToDateOnly())], [.. months.Select(Start)], [.. months.Select(month => Start(month.PlusMonths(1)))]);

        DateTimeOffset Start(LocalDate day) => zone.AtStartOfDay(day).ToInstant().ToDateTimeOffset();
    }

    /// <summary>The day it is on the company's calendar.</summary>
    public static DateOnly Today(CurrentUser user, TimeProvider clock) => clock.GetUtcNow().ToInstant().InZone(user.Zone).Date.ToDateOnly();

    /// <summary>As rows <c>m (month, starts, ends)</c>.</summary>
    public Sql Rows => $"unnest({First.ToArray()}, {Instants(Starts)}, {Instants(Ends)}) as m (month, starts, ends)";

    /// <summary>As the API and a spreadsheet name a month: 2026-11.</summary>
    public static string Name(DateOnly month) => month.ToString("yyyy-MM", CultureInfo.InvariantCulture);

    private static DateTime[] Instants(DateTimeOffset[] at) => [.. at.Select(instant => instant.UtcDateTime)];

    private static LocalDate Of(LocalDate day) => new(day.Year, day.Month, 1);

    private static LocalDate? Read(string? text, string parameter) =>
        text is null or "" ? null
        : DateOnly.TryParseExact(text, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.None, out var month) && month.Year is >= 1900 and < 2300 ? month.ToLocalDate()
        : throw new RuleException("VALIDATION_ERROR", $"{parameter} must be a month such as 2026-11.") { Field = parameter };
}
