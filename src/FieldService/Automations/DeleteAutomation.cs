using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Automations;

/// <summary>It is no longer done by itself. What was said stays said, and is not said again by one that is made later.</summary>
internal static class DeleteAutomation
{
    public static async Task<NoContent> Handle(AutomationId id, CurrentUser user, Db db, CancellationToken ct)
    {
        var automation = await AutomationSql.FindForUpdate(db, user.Account, id, ct) ?? throw Missing.Of("automation");
        await AutomationSql.Delete(db, automation, ct);
        await AuditLog.Deleted(db, user, "automation", id, automation, ct);
        await db.CommitAsync(ct);

        return TypedResults.NoContent();
    }
}
