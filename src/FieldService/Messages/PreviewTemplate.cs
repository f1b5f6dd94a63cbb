using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Messages;

/// <summary>A wording, tried on something that is really there. Where there is nothing yet, the placeholders stand for themselves.</summary>
internal static class PreviewTemplate
{
    /// <param name="SubjectId">What it speaks of; null when there is nothing to speak of.</param>
    public sealed record Response(string? Title, string BodyText, string? BodyHtml, string SubjectType, Guid? SubjectId);

    public static async Task<Ok<One<Response>>> Handle(
        string template, ChangeTemplate.Request request, CurrentUser user, Db db, MessageBook book, PublicAddress address, TimeProvider clock, CancellationToken ct)
    {
        var (rule, channel) = ListTemplates.Of(book, template);
        ChangeTemplate.SeeThatItCanBeSent(rule, channel, request);

        var subject = await rule.Example(db, user, ct);
        var facts = subject is { } found ? await rule.Find(db, user, found, null, clock.GetUtcNow(), ct) : null;
        var values = facts is null
            ? rule.Placeholders.ToDictionary(name => name, name => $"[{name}]", StringComparer.Ordinal)
            // A preview must not hold a link that would really work.
            : SendMessages.WithOurs(
                facts.Values, user.AccountName, await db.ValueAsync<string>($"select name from clients where account_id = {user.Account} and id = {facts.Client}", ct) ?? "", address.OptOut(Guid.Empty, channel));
        var filled = new Template(request.Title, request.BodyText, request.BodyHtml).With(values);
        return Answers.Ok(new Response(filled.Title, filled.BodyText, filled.BodyHtml, rule.SubjectType, facts is null ? null : subject));
    }
}
