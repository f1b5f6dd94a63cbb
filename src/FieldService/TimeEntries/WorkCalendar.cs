using NodaTime;
using NodaTime.Extensions;
using Outpost.FieldService.Accounts;

namespace Outpost.FieldService.TimeEntries;

/// <summary>The days of the company, by the clock in its office. A day has 23 or 25 hours when the clocks change.</summary>
internal sealed class WorkCalendar
{
    private readonly DateTimeZone _zone;

    public WorkCalendar(string zone) => _zone = DateTimeZoneProviders.Tzdb.GetZoneOrNull(zone) ?? DateTimeZone.Utc;

    public static WorkCalendar Of(CurrentUser user) => new(user.TimeZone);

    /// <summary>The zone's name, one that the database knows as well.</summary>
    public string Zone => _zone.Id;

    public DateOnly Today(TimeProvider clock) => clock.GetUtcNow().ToInstant().InZone(_zone).Date.ToDateOnly();

    public DateTimeOffset StartOf(DateOnly day) => _zone.AtStartOfDay(day.ToLocalDate()).ToInstant().ToDateTimeOffset();

    /// <summary>The Monday on or before a day, and the Monday after.</summary>
    public static (DateOnly From, DateOnly To) Week(DateOnly day)
    {
        var monday = day.AddDays(-(((int)day.DayOfWeek + 6) % 7));
        return (monday, monday.AddDays(7));
    }

    public static (DateOnly From, DateOnly To) Month(DateOnly day)
    {
        var first = new DateOnly(day.Year, day.Month, 1);
        return (first, first.AddMonths(1));
    }
}
