using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Messages;

/// <summary>How every message is worded, in the company's own way or in ours. They are few and known, so the list has all of them.</summary>
internal static class ListTemplates
{
    /// <param name="Template">Its name in a path: <c>visit_reminder.email</c>.</param>
    /// <param name="IsDefault">The company has not said otherwise.</param>
    /// <param name="Version">0 while it is the default.</param>
    public sealed record Row(
        string Template, string Rule, Channel Channel, string? Title, string BodyText, string? BodyHtml, IReadOnlyList<string> Placeholders, bool IsDefault, DateTimeOffset? UpdatedAt, int Version) : IVersioned;

    public static async Task<Ok<Page<Row>>> Handle([AsParameters] Paging paging, CurrentUser user, Db db, MessageBook book, CancellationToken ct)
    {
        var own = await MessageTemplateSql.List(db, user.Account, ct);
        var rows = (from rule in book.Rules from channel in rule.Defaults.Keys.Order() select Shown(rule, channel, own.Find(t => t.Rule == rule.Name && t.Channel == channel))).ToList();
        return Answers.Page(paging, ([.. rows.Skip(paging.Offset).Take(paging.Limit)], rows.Count));
    }

    public static async Task<Ok<One<Row>>> One(string template, CurrentUser user, Db db, MessageBook book, CancellationToken ct)
    {
        var (rule, channel) = Of(book, template);
        return Answers.Ok(Shown(rule, channel, await MessageTemplateSql.FindForUpdate(db, user.Account, rule.Name, channel, ct)));
    }

    /// <exception cref="RuleException">NOT_FOUND</exception>
    internal static (MessageRule Rule, Channel Channel) Of(MessageBook book, string template) =>
        template.Split('.') is [var name, var word] && book.Find(name) is { } rule && Words<Channel>.TryParse(word, out var channel) && rule.Defaults.ContainsKey(channel) ? (rule, channel) : throw Missing.Of("message template");

    internal static Row Shown(MessageRule rule, Channel channel, MessageTemplate? own)
    {
        var ours = rule.Defaults[channel];
        var (title, text, html) = own is null ? (ours.Title, ours.BodyText, ours.BodyHtml) : (own.Title, own.BodyText, own.BodyHtml);
        return new($"{rule.Name}.{Words<Channel>.Of(channel)}", rule.Name, channel, title, text, html, rule.Placeholders, own is null, own?.UpdatedAt, own?.Version ?? 0);
    }
}
