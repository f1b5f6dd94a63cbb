using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Platform.Configuration;
using Outpost.Platform.Http;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Webhooks;

/// <summary>The office has what happens sent to a program of theirs, from this moment on.</summary>
internal static partial class CreateWebhook
{
    private const int MostPerCompany = 20;

    /// <param name="Events">What to tell; left out, everything.</param>
    /// <param name="Enabled">Left out, it is on.</param>
    public sealed record Request(
        [property: Required, StringLength(2000)] string Url,
        [property: StringLength(255)] string? Description,
        [property: Length(1, 100)] IReadOnlyList<string>? Events,
        bool? Enabled);

    /// <param name="Secret">Signs the messages. It is shown this once and can be read nowhere afterwards.</param>
    public sealed record Response(Webhook Webhook, string Secret) : IVersioned
    {
        int IVersioned.Version => Webhook.Version;
    }

    public static async Task<Created<One<Response>>> Handle(Request request, CurrentUser user, Settings settings, Db db, ILogger<Webhook> log, CancellationToken ct)
    {
        CheckUrl(request, settings);
        CheckEvents(request);
        if (await WebhookSql.CountAlone(db, user.Account, ct) >= MostPerCompany) throw WebhookRules.TooMany(MostPerCompany);

        var secret = WebhookSecret.New();
        var hook = await WebhookSql.Insert(db, new(
            WebhookId.New(), user.Account, request.Url, request.Description, request.Events, request.Enabled ?? true, null, 0, null, null, user.Id, default, default), secret, ct);
        await AuditLog.Inserted(db, user, "webhook", hook.Id, hook, ct);
        await db.CommitAsync(ct);
        Made(log, hook.Id.Value);

        return Answers.Created($"/api/v1/webhooks/{hook.Id.Value}", new Response(hook, secret));
    }

    /// <exception cref="Kernel.RuleException">VALIDATION_ERROR</exception>
    public static void CheckUrl(Request request, Settings settings)
    {
        if (PublicHttp.WhyNot(request.Url, PublicHttp.AllowsPrivate(settings)) is { } why) throw WebhookRules.CannotGoThere(why);
    }

    /// <exception cref="Kernel.RuleException">VALIDATION_ERROR</exception>
    public static void CheckEvents(Request request)
    {
        if (request.Events?.All(WebhookEvents.IsKnown) == false) throw WebhookRules.UnknownEvent();
    }

    [LoggerMessage(LogLevel.Information, "Webhook {WebhookId} made")]
    private static partial void Made(ILogger log, Guid webhookId);
}
