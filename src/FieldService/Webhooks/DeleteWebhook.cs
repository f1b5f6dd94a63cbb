using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Webhooks;

/// <summary>Nothing is sent there any more, not even what was waiting.</summary>
internal static class DeleteWebhook
{
    public static async Task<NoContent> Handle(WebhookId id, CurrentUser user, Db db, CancellationToken ct)
    {
        var hook = await WebhookSql.FindForUpdate(db, user.Account, id, ct) ?? throw Missing.Of("webhook");
        await WebhookSql.Delete(db, hook, ct);
        await AuditLog.Deleted(db, user, "webhook", id, hook, ct);
        await db.CommitAsync(ct);

        return TypedResults.NoContent();
    }
}
