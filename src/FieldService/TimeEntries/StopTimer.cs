using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.TimeEntries;

/// <summary>A running timer ends now. Asking again changes nothing, so a telephone with a bad connection may.</summary>
internal static class StopTimer
{
    public static async Task<Ok<One<TimeEntry>>> Handle(TimeEntryId id, CurrentUser user, Db db, TimeProvider clock, CancellationToken ct)
    {
        var entry = await TimeEntrySql.FindForUpdate(db, user, id, ct) ?? throw Missing.Of("time entry");
        if (!entry.IsRunning) return Answers.Ok(entry);

        var stopped = await TimeEntrySql.Save(db, entry.Stop(clock.GetUtcNow()), ct);
        await AuditLog.Updated(db, user, "time_entry", id, entry, stopped, ct);
        await db.CommitAsync(ct);

        return Answers.Ok(stopped);
    }
}
