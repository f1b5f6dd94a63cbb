using System.ComponentModel.DataAnnotations;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Clients;
using Outpost.FieldService.Properties;
using Outpost.FieldService.Schedule;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Recurring;

/// <summary>The office agrees with a client on work that comes round. Nothing that lies before this moment is made, wherever the rule begins.</summary>
internal static class CreateJobPlan
{
    public const int MostLeftOut = 500;
    public const int MostTechnicians = 10;

    /// <param name="StartsAtLocal">The first time and the time of day, on the clock at the site.</param>
    /// <param name="TimeZone">The site's IANA zone; the property's or the company's when left out.</param>
    /// <param name="Exdates">Times left out, as the rule says them.</param>
    /// <param name="HorizonDays">How many days ahead jobs are made.</param>
    public sealed record Request(
        [property: Required] ClientId? ClientId,
        PropertyId? PropertyId,
        [property: Required, StringLength(255)] string Title,
        [property: StringLength(5000)] string? Description,
        [property: Range(0, 4)] int Priority,
        [property: MaxLength(MostTechnicians)] IReadOnlyList<UserId>? TechnicianIds,
        [property: Required, Range(1, 10_080)] int? DurationMinutes,
        [property: Required] WallTime? StartsAtLocal,
        [property: StringLength(64)] string? TimeZone,
        [property: Required, StringLength(RuleText.Longest)] string Rrule,
        [property: MaxLength(MostLeftOut)] IReadOnlyList<WallTime>? Exdates,
        [property: Range(1, 366)] int HorizonDays = 60)
    {
        /// <summary>The plan as it would be sent in to get it again.</summary>
        internal static Request Of(JobPlan plan) => new(
            plan.ClientId, plan.PropertyId, plan.Title, plan.Description, plan.Priority, plan.TechnicianIds, plan.DurationMinutes, plan.StartsAtLocal, plan.TimeZone,
            plan.Rrule, plan.Exdates, plan.HorizonDays);

        /// <summary>A plan with what is asked for here. Its rule is one, and its zone exists.</summary>
        /// <exception cref="RuleException">VALIDATION_ERROR</exception>
        internal JobPlan Over(JobPlan plan)
        {
            var asked = plan with
            {
                ClientId = ClientId!.Value,
                PropertyId = PropertyId,
                Title = Title,
                Description = Description,
                Priority = Priority,
                TechnicianIds = [.. (TechnicianIds ?? []).Distinct()],
                DurationMinutes = DurationMinutes!.Value,
                StartsAtLocal = StartsAtLocal!.Value,
                TimeZone = TimeZone ?? plan.TimeZone,
                Rrule = RuleText.Write(RuleText.Read(Rrule)),
                Exdates = [.. (Exdates ?? []).Distinct().Order()],
                HorizonDays = HorizonDays,
            };
            SiteTime.Zone(asked.TimeZone);
            return asked;
        }
    }

    public static async Task<IResult> Handle(Request request, CurrentUser user, Db db, Idempotency retry, TimeProvider clock, CancellationToken ct)
    {
        if (await retry.ReplayAsync(request, null, ct) is { } before) return before;

        var now = clock.GetUtcNow();
        var zone = await db.ValueAsync<string>($"select time_zone from properties where account_id = {user.Account} and id = {request.PropertyId?.Value ?? Guid.Empty}", ct) ?? user.TimeZone;
        var blank = new JobPlan(
            JobPlanId.New(), user.Account, default, null, "", null, 0, [], 0, default, zone, "", [], 0, PlanStatus.Active, null, null, user.Id, default, default);
        var asked = request.Over(blank).GoingOnFrom(now);
        if (asked.NextAt is null) throw RecurringRules.NeverComesRound();

        var plan = await JobPlanSql.Insert(db, asked, ct);
        await AuditLog.Inserted(db, user, "job_plan", plan.Id, plan, ct);
        return await retry.CommitAsync(StatusCodes.Status201Created, new One<JobPlan>(plan), ct);
    }
}
