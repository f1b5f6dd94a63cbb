using System.ComponentModel.DataAnnotations;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Visits;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.TimeEntries;

/// <summary>Somebody begins to drive, to work or to rest on a visit. With <c>stop_running</c> what they did until now ends at the same moment, without a gap.</summary>
internal static class StartTimer
{
    public sealed record Request([property: Required] TimeKind? Kind, bool StopRunning, [property: StringLength(1000)] string? Note);

    public static async Task<IResult> Handle(VisitId id, Request request, CurrentUser user, Db db, Idempotency idempotency, TimeProvider clock, CancellationToken ct)
    {
        if (await idempotency.ReplayAsync(request, null, ct) is { } replay) return replay;

        var job = await VisitWork.JobOf(db, user.Account, id, ct) ?? throw Missing.Of("visit");
        var now = TimeEntry.WholeSecond(clock.GetUtcNow());
        if (await TimeEntrySql.FindRunning(db, user.Account, user.Id, ct) is { } running)
        {
            if (!request.StopRunning) throw TimeEntryRules.IsRunning();
            var stopped = await TimeEntrySql.Save(db, running.Stop(now), ct);
            await AuditLog.Updated(db, user, "time_entry", running.Id, running, stopped, ct);
            if (stopped.EndedAt > now) now = stopped.EndedAt.Value;
        }

        var started = await TimeEntrySql.Insert(db, new(
            TimeEntryId.New(), user.Account, user.Id, id, job, request.Kind!.Value, now, null, request.Kind is not TimeKind.Break, request.Note, null, user.Id,
            default, default), ct);
        await AuditLog.Inserted(db, user, "time_entry", started.Id, started, ct);
        return await idempotency.CommitAsync(StatusCodes.Status201Created, new One<TimeEntry>(started), ct);
    }
}
