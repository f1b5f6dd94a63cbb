using NodaTime;
using Outpost.FieldService.Schedule;

namespace Outpost.FieldService.Recurring;

/// <summary>One time a rule comes round. It is known by what the rule says, <paramref name="Local"/>, whatever becomes of it later.</summary>
/// <param name="Local">What the rule says on the site's clock: its name within the plan, and never anything else.</param>
/// <param name="OnTheWall">What the site's clock really shows then; later than <paramref name="Local"/> only where clocks skip that time.</param>
/// <param name="At">The moment, with the site's offset from UTC at that moment.</param>
public sealed record Occurrence(WallTime Local, WallTime OnTheWall, DateTimeOffset At)
{
    /// <summary>How the change of clocks touches it: the time does not exist on that day, or it exists twice; null on every other day.</summary>
    public ClockChange? ClockChange { get; init; }
}

public enum ClockChange { Skipped, Repeated }

/// <summary>
/// A first time on the site's clock, the site's zone, the rule and the times left out: everything that says when a plan comes round. The rule runs on the
/// clock on the wall, so nine in the morning stays nine in the morning when the clocks change; <see cref="SiteTime"/> then says which moment that is, and holds
/// the rule for times that do not exist (they move on by as much as the clocks) and times that exist twice (the first). An occurrence is never dropped because
/// of a change of clocks: the client has paid for it.
/// </summary>
internal sealed record Recurrence(WallTime Start, DateTimeZone Zone, RecurrenceRule Rule, IReadOnlyList<WallTime> LeftOut)
{
    /// <summary>Everything from a moment on, in order. Endless where the rule is; take what is needed.</summary>
    public IEnumerable<Occurrence> From(DateTimeOffset from)
    {
        var leftOut = LeftOut.ToHashSet();
        // A day earlier by the site's calendar: where clocks skip a whole day, its times come a day later than the rule says.
        var day = LocalDate.Max(Start.Local.Date, SiteTime.Date(from, Zone).PlusDays(-1));
        return Expansion.Days(Rule, Start.Local.Date, day, Expansion.LastDay)
            .Select(date => At(new(date + Start.Local.TimeOfDay)))
            .TakeWhile(occurrence => Rule.Until?.Allows(occurrence.Local.Local, occurrence.At) ?? true)
            .Where(occurrence => occurrence.At >= from && !leftOut.Contains(occurrence.Local));
    }

    public IEnumerable<Occurrence> All() => From(SiteTime.At(Start.Local, Zone));

    /// <summary>Whether the rule comes round at this time of the site's clock.</summary>
    public bool Has(WallTime local) => From(SiteTime.At(local.Local, Zone)).FirstOrDefault()?.Local == local;

    /// <summary>A time on the site's clock as the moment it is.</summary>
    public Occurrence At(WallTime local)
    {
        var at = SiteTime.At(local.Local, Zone);
        var onTheWall = Instant.FromDateTimeOffset(at).InZone(Zone);
        return new(local, new(onTheWall.LocalDateTime), onTheWall.ToDateTimeOffset())
        {
            ClockChange = Zone.MapLocal(local.Local).Count switch { 0 => Recurring.ClockChange.Skipped, 1 => null, _ => Recurring.ClockChange.Repeated },
        };
    }
}
