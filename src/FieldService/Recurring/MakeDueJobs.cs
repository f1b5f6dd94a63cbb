using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Worker;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Recurring;

/// <summary>
/// Makes the jobs and visits of every plan as far ahead as the plan says. A run that comes late goes on with the rule where the last one stopped: what lies
/// ahead is made, once, and what was over before anybody came to it is noted as missed, because nobody can be sent into the past.
/// </summary>
internal static class MakeDueJobs
{
    // A transaction holds the lock on its plan; it is to be short, so that the office need not wait for a plan that makes a year at once.
    private const int MostAtOnce = 25;

    internal sealed record Progress(DateTimeOffset? NextAt, int Made, int Missed);

    /// <returns>How many jobs were made.</returns>
    public static async Task<int> RunAsync(AccountAtWork account, CancellationToken ct)
    {
        var due = await account.Read.ListAsync<Due>($"select id from job_plans where account_id = {account.Caller.Account} and {JobPlanSql.IsDue(account.Now)} order by next_at, id", ct);

        var made = 0;
        foreach (var plan in due)
        {
            while (await MakeSomeAsync(account, new(plan.Id), ct) is { } some) made += some;
        }

        return made;
    }

    private sealed record Due(Guid Id);

    // Null when nothing of the plan is due any more, or somebody else has it in hand.
    private static async Task<int?> MakeSomeAsync(AccountAtWork account, JobPlanId id, CancellationToken ct)
    {
        var (user, now) = (account.Caller, account.Now);
        await using var db = account.Open();
        if (await JobPlanSql.TakeDue(db, user.Account, id, now, ct) is not { } plan) return null;

        var recurrence = plan.Recurrence;
        var horizon = now.AddDays(plan.HorizonDays);
        var (made, missed) = (0, 0);
        var ahead = recurrence.From(plan.NextAt!.Value).Take(MostAtOnce + 1).ToList();
        foreach (var occurrence in ahead.Take(MostAtOnce).TakeWhile(o => o.At < horizon))
        {
            var isOver = occurrence.At + plan.Duration <= now;
            var known = new PlanOccurrence(plan.Id, occurrence.Local, isOver ? OccurrenceStatus.Missed : OccurrenceStatus.Made, occurrence.At.ToUniversalTime());
            if (!await OccurrenceSql.Add(db, user.Account, known, ct)) continue;

            if (isOver) missed++;
            else
            {
                await PlannedVisits.MakeAsync(db, user, plan, known, PlannedWork.Of(plan, occurrence), ct);
                made++;
            }
        }

        var next = ahead.Skip(MostAtOnce).Concat(ahead.Take(MostAtOnce).SkipWhile(o => o.At < horizon)).MinBy(o => o.At);
        var gone = plan with { NextAt = next?.At.ToUniversalTime() };
        await JobPlanSql.SaveProgress(db, gone, ct);
        await AuditLog.Updated(db, user, "job_plan", plan.Id, new Progress(plan.NextAt, 0, 0), new Progress(gone.NextAt, made, missed), ct);
        await db.CommitAsync(ct);
        return made;
    }
}
