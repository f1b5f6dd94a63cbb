using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Webhooks;

/// <summary>The office exchanges the secret. Until the receiver has been given the new one, each message carries two signatures.</summary>
internal static class RotateWebhook
{
    private const int UsualOverlap = 24;

    /// <param name="OverlapHours">How long the old secret signs too: a day unless said otherwise, at most a week; 0 ends it at once.</param>
    public sealed record Request([property: Range(0, 168)] int? OverlapHours);

    public static async Task<Ok<One<CreateWebhook.Response>>> Handle(WebhookId id, Request request, CurrentUser user, Db db, TimeProvider clock, CancellationToken ct)
    {
        var hook = await WebhookSql.FindForUpdate(db, user.Account, id, ct) ?? throw Missing.Of("webhook");
        var secret = WebhookSecret.New();
        var exchanged = await WebhookSql.Exchange(db, hook, secret, clock.GetUtcNow().AddHours(request.OverlapHours ?? UsualOverlap), ct);
        await AuditLog.Updated(db, user, "webhook", id, hook, exchanged, ct);
        await db.CommitAsync(ct);

        return Answers.Ok(new CreateWebhook.Response(exchanged, secret));
    }
}
