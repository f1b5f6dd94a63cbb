using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Messages;

/// <summary>The company words a message in its own way, or goes back to ours.</summary>
internal static class ChangeTemplate
{
    public sealed record Request(
        [property: StringLength(200)] string? Title,
        [property: Required, StringLength(10_000)] string BodyText,
        [property: StringLength(50_000)] string? BodyHtml);

    public static async Task<Ok<One<ListTemplates.Row>>> Handle(string template, Request request, CurrentUser user, Db db, MessageBook book, CancellationToken ct)
    {
        var (rule, channel) = ListTemplates.Of(book, template);
        SeeThatItCanBeSent(rule, channel, request);

        await MessageTemplateSql.LockAll(db, user.Account, ct);
        var before = await MessageTemplateSql.FindForUpdate(db, user.Account, rule.Name, channel, ct);
        var saved = await MessageTemplateSql.Save(db, new(MessageTemplateId.New(), user.Account, rule.Name, channel, request.Title, request.BodyText, request.BodyHtml, default, default, 1), ct);
        if (before is null) await AuditLog.Inserted(db, user, "message_template", saved.Id, saved, ct);
        else await AuditLog.Updated(db, user, "message_template", saved.Id, before, saved, ct);
        await db.CommitAsync(ct);

        return Answers.Ok(ListTemplates.Shown(rule, channel, saved));
    }

    public static async Task<NoContent> Reset(string template, CurrentUser user, Db db, MessageBook book, CancellationToken ct)
    {
        var (rule, channel) = ListTemplates.Of(book, template);
        await MessageTemplateSql.LockAll(db, user.Account, ct);
        if (await MessageTemplateSql.FindForUpdate(db, user.Account, rule.Name, channel, ct) is { } own)
        {
            await MessageTemplateSql.Delete(db, own, ct);
            await AuditLog.Deleted(db, user, "message_template", own.Id, own, ct);
            await db.CommitAsync(ct);
        }

        return TypedResults.NoContent();
    }

    /// <exception cref="Kernel.RuleException">VALIDATION_ERROR</exception>
    internal static void SeeThatItCanBeSent(MessageRule rule, Channel channel, Request request)
    {
        if (channel is Channel.Email && request.Title is null) throw MessageRules.NeedsATitle();
        if (channel is not Channel.Email && request.Title is not null) throw MessageRules.OnlyLetters("title");
        if (channel is not Channel.Email && request.BodyHtml is not null) throw MessageRules.OnlyLetters("body_html");

        new Template(request.Title, request.BodyText, request.BodyHtml).SeeThatItKnows(rule.Placeholders);
    }
}
