using NodaTime;
using NodaTime.Extensions;

namespace Outpost.FieldService.Demo;

/// <summary>The technicians' days: visits one after the other with time to drive between them, from eight to six, never two at once.</summary>
internal sealed class DemoCalendar(DateTimeZone zone, DateTimeOffset now)
{
    private const int Opens = 8 * 60;
    private const int Closes = 18 * 60;
    private const int Drive = 30;

    private readonly Dictionary<(int Technician, DateOnly Day), int> _free = [];

    public DateOnly Today { get; } = Instant.FromDateTimeOffset(now).InZone(zone).Date.ToDateOnly();

    /// <summary>Until which minute of that day somebody is busy.</summary>
    public int Booked(int technician, DateOnly day) => _free.GetValueOrDefault((technician, day));

    /// <summary>Books the next free time of that day; null when it does not fit in any more.</summary>
    public (DateTimeOffset Start, DateTimeOffset End)? Book(int technician, DateOnly day, int minutes)
    {
        var from = _free.GetValueOrDefault((technician, day), Opens + (technician % 2 * Drive));
        if (from + minutes > Closes) return null;

        _free[(technician, day)] = from + minutes + Drive;
        return (At(day, from), At(day, from + minutes));
    }

    /// <summary>The workday that many days from today, or the nearest one further away from it.</summary>
    public DateOnly Workday(int days)
    {
        var day = Today.AddDays(days);
        while (day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday) day = day.AddDays(days < 0 ? -1 : 1);
        return day;
    }

    public DateTimeOffset At(DateOnly day, int minute) =>
        (day.ToLocalDate().AtMidnight() + Period.FromMinutes(minute)).InZoneLeniently(zone).ToDateTimeOffset();

    public DateOnly DateOf(DateTimeOffset at) => Instant.FromDateTimeOffset(at).InZone(zone).Date.ToDateOnly();
}
