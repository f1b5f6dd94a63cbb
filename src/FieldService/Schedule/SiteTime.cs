using System.Collections.Frozen;
using NodaTime;
using NodaTime.Extensions;
using NodaTime.TimeZones;
using Outpost.Kernel;

namespace Outpost.FieldService.Schedule;

/// <summary>
/// What the clock on the wall of a site says, and which moment that is. An appointment is agreed on by that clock, so it is kept as local time with the
/// site's IANA zone, and the moment is worked out here and nowhere else.
/// <para>
/// The rule for the two nights a year on which clocks change: a time that does not exist moves on by as much as the clocks do (02:30 becomes 03:30), and
/// a time that exists twice is the first of the two. A whole day that a zone skipped is no different: its times move on by that day.
/// </para>
/// </summary>
internal static class SiteTime
{
    private static readonly ZoneLocalMappingResolver GapAndFold = Resolvers.CreateMappingResolver(Resolvers.ReturnEarlier, Resolvers.ReturnForwardShifted);

    // The provider also makes up zones such as "UTC+05:30"; those are no names of the IANA database.
    private static readonly FrozenSet<string> Known = DateTimeZoneProviders.Tzdb.Ids.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The zone of this IANA id.</summary>
    /// <param name="field">The field of the request that named it; null when it was stored.</param>
    /// <exception cref="RuleException">VALIDATION_ERROR: there is no such zone.</exception>
    public static DateTimeZone Zone(string id, string? field = "time_zone") => IsZone(id)
        ? DateTimeZoneProviders.Tzdb[id]
        : throw new RuleException("VALIDATION_ERROR", "This is no time zone of the IANA database. Name one such as America/New_York or Europe/Berlin.") { Field = field };

    /// <summary>The zone that was stored; one that nobody knows any more must not stop the work.</summary>
    public static DateTimeZone ZoneOrUtc(string? id) => (id is null ? null : DateTimeZoneProviders.Tzdb.GetZoneOrNull(id)) ?? DateTimeZone.Utc;

    public static bool IsZone(string id) => Known.Contains(id);

    /// <summary>The moment at which the site's clock says this, in UTC. Follows the rule for gaps and folds.</summary>
    public static DateTimeOffset At(LocalDateTime local, DateTimeZone zone) => zone.ResolveLocal(local, GapAndFold).ToInstant().ToDateTimeOffset();

    /// <summary>What the site's clock says at this moment.</summary>
    public static LocalDateTime Local(DateTimeOffset at, DateTimeZone zone) => Instant.FromDateTimeOffset(at).InZone(zone).LocalDateTime;

    /// <summary>The site's date at this moment.</summary>
    public static LocalDate Date(DateTimeOffset at, DateTimeZone zone) => Local(at, zone).Date;

    /// <summary>When the day begins and when the next one does; 23 or 25 hours apart when the clocks change, and no time at all for a day that was skipped.</summary>
    public static (DateTimeOffset From, DateTimeOffset To) Day(LocalDate date, DateTimeZone zone) => (StartOf(date, zone), StartOf(date.PlusDays(1), zone));

    /// <inheritdoc cref="Day(LocalDate, DateTimeZone)"/>
    public static (DateTimeOffset From, DateTimeOffset To) Day(DateOnly date, DateTimeZone zone) => Day(date.ToLocalDate(), zone);

    // Where midnight does not exist the day begins with the first time that does. A day that was skipped as a whole has none, and shrinks to where the next begins.
    private static DateTimeOffset StartOf(LocalDate date, DateTimeZone zone)
    {
        var map = zone.MapLocal(date.AtMidnight());
        return (map.Count == 0 ? map.LateInterval.Start : map.First().ToInstant()).ToDateTimeOffset();
    }
}
