using NodaTime;

namespace Outpost.FieldService.Schedule;

/// <summary>A stretch of time, its end not included.</summary>
internal readonly record struct Stretch(DateTimeOffset Start, DateTimeOffset End)
{
    public TimeSpan Length => End - Start;

    /// <summary>What is left of stretches in order when others are taken out, in whatever order those come.</summary>
    public static IEnumerable<Stretch> Without(IEnumerable<Stretch> stretches, IEnumerable<Stretch> taken)
    {
        var inOrder = taken.OrderBy(t => t.Start).ToList();
        foreach (var stretch in stretches)
        {
            var at = stretch.Start;
            foreach (var busy in inOrder.Where(t => t.Start < stretch.End && t.End > stretch.Start))
            {
                if (busy.Start > at) yield return new(at, busy.Start);
                if (busy.End > at) at = busy.End;
            }

            if (at < stretch.End) yield return new(at, stretch.End);
        }
    }
}

/// <summary>From when to when on a day of the week, in minutes by the wall clock.</summary>
/// <param name="Weekday">Monday is 1, Sunday 7.</param>
/// <param name="To">At most 1440, the end of the day.</param>
internal readonly record struct Hours(int Weekday, int From, int To);

/// <summary>
/// When somebody works in an ordinary week, by the clock where they live. On the nights on which clocks change the rule of <see cref="SiteTime"/> holds, so that
/// a shift there is an hour shorter or longer; a day that a zone skipped has no working time.
/// </summary>
internal sealed class WorkWeek(DateTimeZone zone, IReadOnlyList<Hours> hours)
{
    /// <summary>For whom nothing was stated: from eight to five, Monday to Friday.</summary>
    public static WorkWeek Usual(DateTimeZone zone) => new(zone, [.. Enumerable.Range(1, 5).Select(day => new Hours(day, 8 * 60, 17 * 60))]);

    /// <summary>The working time that touches a stretch of time, in order and cut to it; hours that meet are one.</summary>
    public List<Stretch> Within(DateTimeOffset from, DateTimeOffset to)
    {
        var found = new List<Stretch>();
        for (var day = SiteTime.Date(from, zone).PlusDays(-1); day <= SiteTime.Date(to, zone); day = day.PlusDays(1))
        {
            var (begins, ends) = SiteTime.Day(day, zone);
            if (begins == ends) continue;

            foreach (var span in hours.Where(h => h.Weekday == (int)day.DayOfWeek).OrderBy(h => h.From))
            {
                var (start, end) = (At(day, span.From), At(day, span.To));
                (start, end) = (start < from ? from : start, end > to ? to : end);
                if (end <= start) continue;
                if (found.Count > 0 && start <= found[^1].End) found[^1] = new(found[^1].Start, end > found[^1].End ? end : found[^1].End);
                else found.Add(new(start, end));
            }
        }

        return found;
    }

    /// <summary>True when all of it is working time.</summary>
    public bool Covers(DateTimeOffset start, DateTimeOffset end) => Within(start, end) is [var one] && one.Start == start && one.End == end;

    private DateTimeOffset At(LocalDate day, int minute) =>
        minute == 24 * 60 ? SiteTime.Day(day, zone).To : SiteTime.At(day.AtMidnight().PlusMinutes(minute), zone);
}
