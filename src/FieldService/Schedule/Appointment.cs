using NodaTime;

namespace Outpost.FieldService.Schedule;

/// <summary>
/// From when to when somebody is expected at a site: the moments, in UTC, and what the clock there says at them. The end comes after the start, and the two
/// tellings always mean the same.
/// </summary>
public sealed record Appointment
{
    public static readonly TimeSpan Longest = TimeSpan.FromDays(31);

    private Appointment(DateTimeOffset start, DateTimeOffset end, DateTimeZone zone)
    {
        (Start, End, TimeZone) = (start, end, zone.Id);
        (LocalStart, LocalEnd) = (SiteTime.Local(start, zone), SiteTime.Local(end, zone));
    }

    public DateTimeOffset Start { get; }

    public DateTimeOffset End { get; }

    public LocalDateTime LocalStart { get; }

    public LocalDateTime LocalEnd { get; }

    public string TimeZone { get; }

    /// <summary>True when a time that was asked for does not exist at the site, so that it moved on with the clocks.</summary>
    public bool HasMoved { get; internal init; }

    /// <exception cref="Kernel.RuleException">VALIDATION_ERROR</exception>
    internal static Appointment Between(DateTimeOffset start, DateTimeOffset end, DateTimeZone zone)
    {
        (start, end) = (Stored(start), Stored(end));
        if (end <= start) throw ScheduleRules.EndsBeforeItStarts();
        if (end - start > Longest) throw ScheduleRules.LastsTooLong();

        return new(start, end, zone);
    }

    /// <exception cref="Kernel.RuleException">VALIDATION_ERROR</exception>
    internal static Appointment At(LocalDateTime start, LocalDateTime end, DateTimeZone zone)
    {
        if (end <= start) throw ScheduleRules.EndsBeforeItStarts("local_end");

        var (from, to) = (SiteTime.At(start, zone), SiteTime.At(end, zone));
        // A start that moved on may have passed its end; then the end moves on with it.
        if (to <= from) to = from + (end.ToDateTimeUnspecified() - start.ToDateTimeUnspecified());
        return Between(from, to, zone) with { HasMoved = SiteTime.Local(from, zone) != start || SiteTime.Local(to, zone) != end };
    }

    /// <summary>The same length, from another moment on.</summary>
    internal static Appointment Lasting(DateTimeOffset start, TimeSpan length, DateTimeZone zone) => Between(start, Stored(start) + length, zone);

    // The database counts microseconds.
    private static DateTimeOffset Stored(DateTimeOffset at) => new(at.UtcTicks - (at.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
}

/// <summary>
/// How a request says when: by moments with an offset, as ever, or by what the clock at the site says. One of the two, never both.
/// </summary>
internal sealed record AskedTime(DateTimeOffset? Start, DateTimeOffset? End, LocalDateTime? LocalStart, LocalDateTime? LocalEnd)
{
    public bool IsNothing => this is { Start: null, End: null, LocalStart: null, LocalEnd: null };

    /// <summary>Both ends are asked for.</summary>
    /// <exception cref="Kernel.RuleException">VALIDATION_ERROR</exception>
    public Appointment In(DateTimeZone zone) => (SeenToBeOne().Start, End, LocalStart, LocalEnd) switch
    {
        ({ } start, { } end, _, _) => Appointment.Between(start, end, zone),
        (_, _, { } start, { } end) => Appointment.At(start, end, zone),
        (null, _, null, _) => throw ScheduleRules.Missing(LocalEnd is null ? "scheduled_start" : "local_start"),
        _ => throw ScheduleRules.Missing(LocalStart is null ? "scheduled_end" : "local_end"),
    };

    /// <summary>What is left out stays; when only the start is asked for, the length stays.</summary>
    /// <exception cref="Kernel.RuleException">VALIDATION_ERROR</exception>
    public Appointment MovedFrom(Appointment now, DateTimeZone zone) => SeenToBeOne() switch
    {
        { Start: { } start, End: null } => Appointment.Lasting(start, now.End - now.Start, zone),
        { LocalStart: { } start, LocalEnd: null } => Appointment.Lasting(SiteTime.At(start, zone), now.End - now.Start, zone) with { HasMoved = SiteTime.Local(SiteTime.At(start, zone), zone) != start },
        { LocalEnd: { } end, LocalStart: null } => Appointment.Between(now.Start, SiteTime.At(end, zone), zone),
        { Start: null, End: { } end } => Appointment.Between(now.Start, end, zone),
        { IsNothing: true } => Appointment.Between(now.Start, now.End, zone),
        var both => both.In(zone),
    };

    /// <summary>What is left out stays, each end for itself.</summary>
    /// <exception cref="Kernel.RuleException">VALIDATION_ERROR</exception>
    public Appointment Over(Appointment now, DateTimeZone zone) => SeenToBeOne() switch
    {
        { Start: { } start, End: null } => Appointment.Between(start, now.End, zone),
        { LocalStart: { } start, LocalEnd: null } => Appointment.At(start, SiteTime.Local(now.End, zone), zone),
        _ => MovedFrom(now, zone),
    };

    private AskedTime SeenToBeOne() =>
        (Start is not null || End is not null) && (LocalStart is not null || LocalEnd is not null) ? throw ScheduleRules.TwoTellings() : this;
}
