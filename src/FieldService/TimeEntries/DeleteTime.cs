using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.TimeEntries;

/// <summary>The office strikes an entry that was a slip; the audit log keeps what it was.</summary>
internal static class DeleteTime
{
    public static async Task<NoContent> Handle(TimeEntryId id, CurrentUser user, Db db, CancellationToken ct)
    {
        var entry = await TimeEntrySql.FindForUpdate(db, user, id, ct) ?? throw Missing.Of("time entry");
        if (await TimeEntrySql.IsBilled(db, entry, ct)) throw TimeEntryRules.IsBilled();

        await TimeEntrySql.Delete(db, entry, ct);
        await AuditLog.Deleted(db, user, "time_entry", id, entry, ct);
        await db.CommitAsync(ct);

        return TypedResults.NoContent();
    }
}
