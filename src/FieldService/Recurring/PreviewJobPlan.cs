using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Schedule;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Recurring;

/// <summary>When a rule comes round next, on the site's clock and in UTC, so that the next change of clocks is seen before it happens.</summary>
internal static class PreviewJobPlan
{
    /// <summary>The rule for the nights on which clocks change, for whoever looks at a preview; it is held by <see cref="SiteTime"/>.</summary>
    private const string Says =
        "The time of day is the site's and stays the same when clocks change. A date that does not exist is left out. A time that clocks skip on that day is moved on "
        + "by as much as they are (clock_change: skipped); of a time that comes twice the first is meant (clock_change: repeated).";

    public const int Usual = 10;
    public const int Most = 100;

    public sealed record Request(
        [property: Required] WallTime? StartsAtLocal,
        [property: StringLength(64)] string? TimeZone,
        [property: Required, StringLength(RuleText.Longest)] string Rrule,
        [property: MaxLength(CreateJobPlan.MostLeftOut)] IReadOnlyList<WallTime>? Exdates,
        [property: Range(1, Most)] int Count = Usual);

    /// <param name="OccursAtLocal">What the rule says; its name within the plan.</param>
    /// <param name="StartsAtLocal">What the site's clock shows then, with its offset from UTC: <c>2026-11-30T09:00-05:00</c>.</param>
    /// <param name="Status">What became of it; null when nothing has yet.</param>
    public sealed record Time(WallTime OccursAtLocal, string StartsAtLocal, DateTimeOffset StartsAt, string UtcOffset, ClockChange? ClockChange, OccurrenceStatus? Status);

    public sealed record Response(string Rrule, string TimeZone, string Rule, IReadOnlyList<Time> Times);

    private sealed record Known(DateTime OccursAtLocal, string Status);

    /// <summary>Of a plan that is not written down yet; from its first time on, past or not.</summary>
    public static Ok<One<Response>> Handle(Request request, CurrentUser user)
    {
        var zone = SiteTime.Zone(request.TimeZone ?? user.TimeZone);
        var recurrence = new Recurrence(request.StartsAtLocal!.Value, zone, RuleText.Read(request.Rrule), request.Exdates ?? []);
        return Answers.Ok(Of(recurrence, recurrence.All().Take(request.Count), []));
    }

    /// <summary>Of a plan: the next ones from now on, those that are made or skipped already included.</summary>
    public static async Task<Ok<One<Response>>> OfPlan(JobPlanId id, [Range(1, Most)] int? count, CurrentUser user, ReadDb db, TimeProvider clock, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var (plan, known) = await db.ReadAsync(
            [
                $"select {JobPlanSql.Columns} from job_plans where account_id = {user.Account} and id = {id}",
                $"select occurs_at_local, status from job_plan_occurrences where account_id = {user.Account} and plan_id = {id} and at >= {now}",
            ],
            async (results, token) => (await results.FirstAsync(JobPlanSql.Read, token), await results.ListAsync<Known>(token)), ct);
        if (plan is null) throw Missing.Of("job plan");

        var statuses = known.ToDictionary(k => new WallTime(k.OccursAtLocal), k => Kernel.Words<OccurrenceStatus>.Parse(k.Status));
        var times = plan.Status is PlanStatus.Ended ? [] : plan.Recurrence.From(now).Take(count ?? Usual);
        return Answers.Ok(Of(plan.Recurrence, times, statuses));
    }

    internal static Response Of(Recurrence recurrence, IEnumerable<Occurrence> times, Dictionary<WallTime, OccurrenceStatus> known) => new(
        RuleText.Write(recurrence.Rule),
        recurrence.Zone.Id,
        Says,
        [.. times.Select(o => new Time(
            o.Local, o.OnTheWall + Offset(o.At), o.At.ToUniversalTime(), Offset(o.At), o.ClockChange, known.TryGetValue(o.Local, out var status) ? status : null))]);

    private static string Offset(DateTimeOffset at) => at.ToString("zzz", CultureInfo.InvariantCulture);
}
