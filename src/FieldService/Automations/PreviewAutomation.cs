using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using NodaTime;
using NodaTime.Extensions;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Automations;

/// <summary>
/// When an automation will speak of what there is today: each time as an instant and as the clock on the wall of the place will show it. Reaches a week past the
/// next change of the clocks, but at least four weeks and at most four hundred days.
/// </summary>
internal static class PreviewAutomation
{
    private const int MostTimes = 500, FewestDays = 28, MostDays = 400, PastTheChange = 7;

    public sealed record Request([property: Required] AutomationType? Type, JsonObject? Config, DateTimeOffset? Until);

    public sealed record Query
    {
        public string? Until { get; init; }
    }

    /// <param name="Local">As the clock on the wall shows it, with the offset that holds then.</param>
    public sealed record FireTime(DateTimeOffset At, string Local, string Zone, string SubjectType, Guid SubjectId, string Step, string Label, bool Current);

    public sealed record ClockChange(DateTimeOffset At, string Zone, string From, string To);

    /// <param name="Current">Of a fire time: it has passed and is said at the next look unless it was.</param>
    /// <param name="More">There are more times than are shown.</param>
    public sealed record Response(AutomationType Type, DateTimeOffset Until, IReadOnlyList<ClockChange> ClockChanges, IReadOnlyList<FireTime> FireTimes, bool More);

    public static async Task<Ok<One<Response>>> OfOne(AutomationId id, [AsParameters] Query query, CurrentUser user, Db db, TimeProvider clock, CancellationToken ct)
    {
        var until = ListParameters.Instant(query.Until, "until");
        var automation = await AutomationSql.Find(db, user.Account, id, ct) ?? throw Missing.Of("automation");
        return await Of(automation.Type, automation.Config, until, user, db, clock, ct);
    }

    public static Task<Ok<One<Response>>> OfConfig(Request request, CurrentUser user, Db db, TimeProvider clock, CancellationToken ct) =>
        Of(request.Type!.Value, request.Config ?? [], request.Until, user, db, clock, ct);

    private static async Task<Ok<One<Response>>> Of(AutomationType type, JsonObject config, DateTimeOffset? wanted, CurrentUser user, Db db, TimeProvider clock, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        if (wanted is { } end && (end <= now || end > now.AddDays(MostDays))) throw AutomationRules.TooMuch();

        var kind = AutomationKind.Of(type);
        var plan = kind.Read(config);
        var until = wanted ?? Reach(LocalTimes.Zone(null, user), now);
        var occasions = await plan.OccasionsAsync(db, user, now, until, ct);
        var current = occasions.GroupBy(o => o.Subject).Select(subject => subject.Where(o => o.FiresAt <= now && o.ExpiresAt > now).MaxBy(o => o.FiresAt)).OfType<Occasion>();
        var coming = occasions.Where(o => o.FiresAt > now && o.FiresAt <= until);
        var times = current.Select(o => Shown(kind, o, true)).Concat(coming.Select(o => Shown(kind, o, false))).OrderBy(time => time.At).ThenBy(time => time.SubjectId).Take(MostTimes + 1).ToList();
        var zones = occasions.Select(o => o.Zone).Append(LocalTimes.Zone(null, user)).Distinct();
        return Answers.Ok(new Response(type, until, [.. zones.SelectMany(zone => Changes(zone, now, until)).OrderBy(change => change.At)], [.. times.Take(MostTimes)], times.Count > MostTimes));
    }

    private static DateTimeOffset Reach(DateTimeZone zone, DateTimeOffset now)
    {
        var change = zone.GetZoneInterval(now.ToInstant());
        var past = change.HasEnd ? change.End.ToDateTimeOffset().AddDays(PastTheChange) : now;
        var (least, most) = (now.AddDays(FewestDays), now.AddDays(MostDays));
        return past < least ? least : past > most ? least : past;
    }

    private static FireTime Shown(AutomationKind kind, Occasion occasion, bool current) => new(
        occasion.FiresAt, Local(occasion.FiresAt, occasion.Zone), occasion.Zone.Id, kind.Rule.SubjectType, occasion.Subject, occasion.Step, occasion.Label, current);

    private static string Local(DateTimeOffset at, DateTimeZone zone) => at.ToInstant().InZone(zone).ToDateTimeOffset().ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);

    private static IEnumerable<ClockChange> Changes(DateTimeZone zone, DateTimeOffset from, DateTimeOffset to) => zone.GetZoneIntervals(from.ToInstant(), to.ToInstant())
        .Where(interval => interval.HasStart && interval.Start > from.ToInstant())
        .Select(interval => new ClockChange(
            interval.Start.ToDateTimeOffset(), zone.Id, zone.GetUtcOffset(interval.Start - Duration.Epsilon).ToString("m", CultureInfo.InvariantCulture), interval.WallOffset.ToString("m", CultureInfo.InvariantCulture)));
}
