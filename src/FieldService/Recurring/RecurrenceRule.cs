using System.Globalization;
using NodaTime;

namespace Outpost.FieldService.Recurring;

public enum Frequency { Daily, Weekly, Monthly, Yearly }

/// <summary>A weekday, and which one of the month or the year: 2 is the second, -1 the last, 0 every one.</summary>
internal readonly record struct NthDay(int Nth, IsoDayOfWeek Day);

/// <summary>The last moment a rule allows, inclusive: by the site's clock, or in UTC when it was written with a Z.</summary>
/// <param name="IsDate">Written as a day; then <paramref name="At"/> is the end of it.</param>
internal sealed record Until(LocalDateTime At, bool IsUtc, bool IsDate)
{
    public bool Allows(LocalDateTime local, DateTimeOffset at) => IsUtc ? at <= At.InUtc().ToDateTimeOffset() : local <= At;
}

/// <summary>
/// How work or an invoice repeats: a recurrence rule of RFC 5545 (section 3.3.10) in the parts a service company needs. It speaks of days only; the time of
/// day is that of the first one. <see cref="RuleText"/> reads and writes it, <see cref="Expansion"/> says which days it means.
/// </summary>
/// <param name="Count">How many there are, the first included; null when it goes on. Never together with <paramref name="Until"/>.</param>
/// <param name="BySetPos">Which ones of those in each period count: 1 the first, -1 the last.</param>
internal sealed record RecurrenceRule(
    Frequency Frequency, int Interval, int? Count, Until? Until, IReadOnlyList<NthDay> ByDay, IReadOnlyList<int> ByMonthDay, IReadOnlyList<int> ByMonth,
    IReadOnlyList<int> BySetPos, IsoDayOfWeek WeekStart)
{
    /// <summary>Whether a day of the right period is one the rule names. What the rule leaves open is taken from its first day, as the RFC has it.</summary>
    public bool Names(LocalDate day, LocalDate start)
    {
        if (ByMonth.Count > 0 && !ByMonth.Contains(day.Month)) return false;

        var openDays = ByDay.Count == 0 && ByMonthDay.Count == 0;
        return Frequency switch
        {
            Frequency.Weekly when openDays => day.DayOfWeek == start.DayOfWeek,
            Frequency.Monthly when openDays => day.Day == start.Day,
            Frequency.Yearly when openDays => day.Day == start.Day && (ByMonth.Count > 0 || day.Month == start.Month),
            _ => (ByMonthDay.Count == 0 || ByMonthDay.Any(wanted => IsMonthDay(day, wanted))) && (ByDay.Count == 0 || ByDay.Any(wanted => IsNth(day, wanted))),
        };
    }

    public override string ToString() => RuleText.Write(this);

    private static bool IsMonthDay(LocalDate day, int wanted) => wanted > 0 ? day.Day == wanted : day.Day == DaysInMonth(day) + wanted + 1;

    // Within a year that names its months a number counts in the month, else in the whole year.
    private bool IsNth(LocalDate day, NthDay wanted)
    {
        if (day.DayOfWeek != wanted.Day) return false;
        if (wanted.Nth == 0) return true;

        var inYear = Frequency is Frequency.Yearly && ByMonth.Count == 0;
        var (place, last) = inYear ? (day.DayOfYear, CalendarSystem.Iso.GetDaysInYear(day.Year)) : (day.Day, DaysInMonth(day));
        return wanted.Nth > 0 ? ((place - 1) / 7) + 1 == wanted.Nth : ((last - place) / 7) + 1 == -wanted.Nth;
    }

    private static int DaysInMonth(LocalDate day) => CalendarSystem.Iso.GetDaysInMonth(day.Year, day.Month);
}
