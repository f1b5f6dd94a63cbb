using Outpost.FieldService.Accounts;
using Outpost.FieldService.Jobs;
using Outpost.FieldService.Visits;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Recurring;

/// <summary>
/// Brings what was made of a plan into line after its rule or its words have changed, from a moment on; what is past stays. A day that the new rule names too
/// keeps its job and visit, with what is new on them. Of the other days what nobody has touched is taken back, and what somebody has worked on, changed or
/// said something about stays as it is.
/// </summary>
internal static class RebuildPlan
{
    /// <param name="was">The plan that has made what there is; its row is locked.</param>
    /// <param name="becomes">What it is to be: the same plan changed, the plan that follows it, or null when nothing is to be made any more.</param>
    /// <param name="from">The first moment that is concerned; <paramref name="now"/> or later.</param>
    public static async Task RunAsync(Db db, CurrentUser user, JobPlan was, JobPlan? becomes, DateTimeOffset from, DateTimeOffset now, CancellationToken ct)
    {
        var known = await OccurrenceSql.From(db, was, from, ct);
        if (known.Count == 0) return;

        // A rule names a day at most once, so the day tells which time became which. The hour may be another: an earlier one on the first day, too.
        var last = known[^1].At.AddDays(2);
        var wanted = becomes?.Recurrence.From(from.AddDays(-1)).TakeWhile(o => o.At <= last).Where(o => o.At > now).ToDictionary(o => o.Local.Local.Date) ?? [];
        // Whoever books locks the job, its visits and then the people; so all jobs and visits are held here before the first person is.
        var there = new Dictionary<WallTime, (Job Job, Visit Visit)>();
        foreach (var occurrence in known.OrderBy(o => o.JobId?.Value))
        {
            if (await PlannedVisits.FindAsync(db, user, occurrence, ct) is { } found) there.Add(occurrence.OccursAtLocal, found);
        }

        await PlannedVisits.LockPeopleAsync(db, user, there.Values.SelectMany(both => both.Visit.TechnicianIds).Concat(becomes?.TechnicianIds ?? []), ct);
        foreach (var occurrence in known)
        {
            (Job Job, Visit Visit)? made = there.TryGetValue(occurrence.OccursAtLocal, out var both) ? both : null;
            var isThePlans = made is not null && PlannedVisits.AreUntouched(occurrence, both);
            if (wanted.TryGetValue(occurrence.OccursAtLocal.Local.Date, out var other))
            {
                var moved = occurrence with { PlanId = becomes!.Id, OccursAtLocal = other.Local, At = other.At.ToUniversalTime() };
                if (moved != occurrence) await OccurrenceSql.Move(db, user.Account, occurrence, moved, ct);
                if (isThePlans) await PlannedVisits.ChangeAsync(db, user, becomes, moved, made!.Value, PlannedWork.Of(becomes, other), ct);
            }
            else if (isThePlans && await PlannedVisits.TakeBackAsync(db, user, made!.Value, ct))
            {
                await OccurrenceSql.Forget(db, user.Account, occurrence, ct);
            }
        }
    }
}
