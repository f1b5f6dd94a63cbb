using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Platform.Configuration;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Webhooks;

/// <summary>The office changes where or what is sent, or switches it on or off. What waited while it was off is sent when it is on again.</summary>
internal static class ChangeWebhook
{
    public static async Task<Ok<One<Webhook>>> Handle(WebhookId id, Patch<CreateWebhook.Request> patch, CurrentUser user, Settings settings, Db db, CancellationToken ct)
    {
        var hook = await WebhookSql.FindForUpdate(db, user.Account, id, ct) ?? throw Missing.Of("webhook");
        if (patch.IsEmpty) return Answers.Ok(hook);

        var change = await patch.OverAsync(new(hook.Url, hook.Description, hook.Events, hook.Enabled), ct);
        // A URL that stays is judged when it is called: whoever only switches it off must be able to.
        if (change.Url != hook.Url) CreateWebhook.CheckUrl(change, settings);
        CreateWebhook.CheckEvents(change);

        var wanted = hook with { Url = change.Url, Description = change.Description, Events = change.Events };
        var changed = await WebhookSql.Save(db, change.Enabled == false ? (hook.Enabled ? wanted.SwitchedOff(null) : wanted) : wanted.SwitchedOn(), ct);
        await AuditLog.Updated(db, user, "webhook", id, hook, changed, ct);
        await db.CommitAsync(ct);

        return Answers.Ok(changed);
    }
}
