using System.Data.Common;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Messages;

public readonly record struct MessageTemplateId(Guid Value) : IId
{
    public static MessageTemplateId New() => new(Guid.CreateVersion7());
}

/// <summary>How a company words one message over one channel.</summary>
public sealed record MessageTemplate(
    MessageTemplateId Id, AccountId AccountId, string Rule, Channel Channel, string? Title, string BodyText, string? BodyHtml, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, int Version);

/// <summary>Every statement that writes <c>message_templates</c>.</summary>
internal static class MessageTemplateSql
{
    /// <summary>Version 0 is how Outpost words it.</summary>
    public static LockNamedVersion LockVersion { get; } = async (db, user, name, ct) =>
    {
        if (name.Split('.') is not [var rule, var word] || !Words<Channel>.TryParse(word, out var channel)) return null;

        await LockAll(db, user.Account, ct);
        return (await FindForUpdate(db, user.Account, rule, channel, ct))?.Version ?? 0;
    };

    /// <summary>One that is not there cannot be locked: who writes one waits for whoever else does.</summary>
    public static Task<int> LockAll(Db db, AccountId account, CancellationToken ct) => db.RunAsync($"select 1 from accounts where id = {account} for no key update", ct);

    public static Task<MessageTemplate?> FindForUpdate(Db db, AccountId account, string rule, Channel channel, CancellationToken ct) => db.FirstAsync($"""
        select {Columns} from message_templates where account_id = {account} and rule = {rule} and channel = {channel} for update
        """, Read, ct);

    public static Task<List<MessageTemplate>> List(Db db, AccountId account, CancellationToken ct) =>
        db.ListAsync($"select {Columns} from message_templates where account_id = {account}", Read, ct);

    /// <summary>Whoever is second changes what the first has written.</summary>
    public static async Task<MessageTemplate> Save(Db db, MessageTemplate template, CancellationToken ct) => (await db.FirstAsync($"""
        insert into message_templates (account_id, id, rule, channel, title, body_text, body_html)
        values ({template.AccountId}, {template.Id}, {template.Rule}, {template.Channel}, {template.Title}, {template.BodyText}, {template.BodyHtml})
        on conflict on constraint one_template_of_a_kind do update set title = excluded.title, body_text = excluded.body_text, body_html = excluded.body_html
        returning {Columns}
        """, Read, ct))!;

    public static Task<int> Delete(Db db, MessageTemplate template, CancellationToken ct) =>
        db.RunAsync($"delete from message_templates where account_id = {template.AccountId} and id = {template.Id}", ct);

    private static Sql Columns => $"id, account_id, rule, channel, title, body_text, body_html, created_at, updated_at, version";

    private static MessageTemplate Read(DbDataReader row) => new(
        new(row.GetGuid(0)),
        new(row.GetGuid(1)),
        row.GetString(2),
        Words<Channel>.Parse(row.GetString(3)),
        row.IsDBNull(4) ? null : row.GetString(4),
        row.GetString(5),
        row.IsDBNull(6) ? null : row.GetString(6),
        row.GetFieldValue<DateTimeOffset>(7),
        row.GetFieldValue<DateTimeOffset>(8),
        row.GetInt32(9));
}
