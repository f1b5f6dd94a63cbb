using System.Globalization;
using Outpost.FieldService.Accounts;

namespace Outpost.FieldService.Schedule;

/// <summary>The days that somebody looks at, on the account's calendar, both included.</summary>
internal sealed record CalendarDays(DateOnly From, DateOnly To, string TimeZone)
{
    public const int Most = 42;

    public DateTimeOffset Start => SiteTime.Day(From, SiteTime.ZoneOrUtc(TimeZone)).From;

    public DateTimeOffset End => SiteTime.Day(To, SiteTime.ZoneOrUtc(TimeZone)).To;

    public IEnumerable<DateOnly> Each => Enumerable.Range(0, To.DayNumber - From.DayNumber + 1).Select(From.AddDays);

    /// <param name="from">Left out, today.</param>
    /// <param name="to">Left out, a week from <paramref name="from"/> on.</param>
    /// <exception cref="Kernel.RuleException">VALIDATION_ERROR</exception>
    public static CalendarDays Asked(string? from, string? to, CurrentUser user, TimeProvider clock)
    {
        var first = Day(from, "from") ?? SiteTime.Date(clock.GetUtcNow(), SiteTime.ZoneOrUtc(user.TimeZone)).ToDateOnly();
        var last = Day(to, "to") ?? first.AddDays(6);
        return last < first || last.DayNumber - first.DayNumber >= Most ? throw ScheduleRules.TooManyDays(Most) : new(first, last, user.TimeZone);
    }

    private static DateOnly? Day(string? text, string parameter) =>
        text is null or "" ? null
        : DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day.Year is >= 1900 and < 2300 ? day
        : throw ScheduleRules.NoDay(parameter);
}
