using System.Data.Common;
using Outpost.FieldService.Accounts;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Messages;

/// <summary>Every statement that writes <c>messages</c>, but for the one that claims them across accounts, which the database holds.</summary>
internal static class MessageSql
{
    public static Task<Message?> FindForUpdate(Db db, AccountId account, MessageId id, CancellationToken ct) =>
        db.FirstAsync($"select {Columns} from messages where account_id = {account} and id = {id} for update", Read, ct);

    /// <summary>The message while it is still in the hands of this sender.</summary>
    public static Task<Message?> FindClaimed(Db db, AccountId account, MessageId id, Guid claim, CancellationToken ct) => db.FirstAsync($"""
        select {Columns} from messages where account_id = {account} and id = {id} and claim_id = {claim} and status = 'sending' for update
        """, Read, ct);

    /// <summary>What a sender that is gone has left behind; null when it is not so any more, or somebody is at it.</summary>
    public static Task<Message?> FindAbandoned(Db db, AccountId account, MessageId id, DateTimeOffset now, CancellationToken ct) => db.FirstAsync($"""
        select {Columns} from messages where account_id = {account} and id = {id} and status = 'sending' and leased_until < {now} for update skip locked
        """, Read, ct);

    /// <summary>
    /// Puts a message into the outbox unless the same one is there already. One that was left aside because it did not apply, or because nobody knew where to
    /// send it, is taken up again.
    /// </summary>
    /// <returns>Null when it is there.</returns>
    public static Task<Message?> Insert(Db db, Message message, CancellationToken ct) => db.FirstAsync($"""
        insert into messages (account_id, id, rule, automation_id, subject_type, subject_id, occurrence, channel, client_id, recipient, status, reason, next_attempt_at, expires_at)
        values ({message.AccountId}, {message.Id}, {message.Rule}, {message.AutomationId}, {message.SubjectType}, {message.SubjectId}, {message.Occurrence}, {message.Channel},
                {message.ClientId}, {message.Recipient}, {message.Status}, {message.Reason}, {message.NextAttemptAt}, {message.ExpiresAt})
        on conflict on constraint a_message_is_written_once do update
        set status = excluded.status, reason = excluded.reason, recipient = excluded.recipient, client_id = excluded.client_id, automation_id = excluded.automation_id,
            next_attempt_at = excluded.next_attempt_at, expires_at = excluded.expires_at, attempts = 0, admitted_at = null
        where messages.status = 'skipped' and excluded.status = 'pending'
        returning {Columns}
        """, Read, ct);

    /// <summary>What is about to be handed over, kept as the client will read it.</summary>
    public static Task<int> Admit(Db db, Message message, string recipient, Template content, DateTimeOffset now, CancellationToken ct) => db.RunAsync($"""
        update messages
        set recipient = {recipient}, title = {content.Title}, body_text = {content.BodyText}, body_html = {content.BodyHtml}, admitted_at = {now}, reason = null
        where account_id = {message.AccountId} and id = {message.Id}
        """, ct);

    /// <summary>From here on the other side may have it.</summary>
    /// <returns>False when it is no longer in the hands of this sender, or the client has just said that they want no more.</returns>
    public static async Task<bool> HandOver(Db db, AccountId account, MessageId id, Guid claim, DateTimeOffset now, DateTimeOffset until, CancellationToken ct) => await db.RunAsync($"""
        update messages set handed_over_at = {now}, leased_until = {until}
        where account_id = {account} and id = {id} and claim_id = {claim} and status = 'sending'
          and not exists (select from clients c where c.account_id = messages.account_id and c.id = messages.client_id
                          and case messages.channel when 'email' then c.email_opt_out_at else c.sms_opt_out_at end is not null)
        """, ct) == 1;

    /// <summary>Waits for later: no attempt was made, so none is counted.</summary>
    public static Task<int> Defer(Db db, Message message, DateTimeOffset until, string reason, CancellationToken ct) => db.RunAsync($"""
        update messages set status = 'pending', next_attempt_at = {until}, reason = {reason}, attempts = greatest(attempts - 1, 0), admitted_at = null, {Free}
        where account_id = {message.AccountId} and id = {message.Id}
        """, ct);

    /// <summary>What became of it. A message that was in doubt may still turn out to have arrived.</summary>
    /// <returns>Null when it is not in the hands of this sender any more.</returns>
    public static Task<Message?> Settle(Db db, Message message, Guid claim, MessageStatus status, string? reason, string? answer, DateTimeOffset? nextAttempt, DateTimeOffset now, CancellationToken ct) =>
        db.FirstAsync($"""
            update messages
            set status = {status}, reason = {reason}, answer = {answer}, next_attempt_at = coalesce({nextAttempt}::timestamptz, next_attempt_at), leased_until = null,
                sent_at = case when {status} = 'sent' then {now}::timestamptz end,
                handed_over_at = case when {status} in ('sent', 'in_doubt') then handed_over_at end,
                admitted_at = case when {status} = 'pending' then null else admitted_at end
            where account_id = {message.AccountId} and id = {message.Id} and claim_id = {claim}
              and (status = 'sending' or (status = 'in_doubt' and {status} = 'sent'))
            returning {Columns}
            """, Read, ct);

    /// <summary>Moves a message that nobody is sending.</summary>
    public static async Task<Message> Save(Db db, Message message, CancellationToken ct) => (await db.FirstAsync($"""
        update messages
        set status = {message.Status}, reason = {message.Reason}, attempts = {message.Attempts}, next_attempt_at = {message.NextAttemptAt}, expires_at = {message.ExpiresAt},
            handed_over_at = {message.HandedOverAt}, claim_id = case when {message.Status} = 'in_doubt' then claim_id end, leased_until = null
        where account_id = {message.AccountId} and id = {message.Id}
        returning {Columns}
        """, Read, ct))!;

    /// <summary>What still waits about the same thing has been overtaken by something newer.</summary>
    public static Task<int> Supersede(Db db, AccountId account, string rule, Guid subject, string occurrence, CancellationToken ct) => db.RunAsync($"""
        update messages set status = 'skipped', reason = {Obstacles.Superseded}
        where account_id = {account} and rule = {rule} and subject_id = {subject} and occurrence <> {occurrence} and status = 'pending'
        """, ct);

    /// <summary>What was said need not be kept for ever; that it was said is.</summary>
    public static Task<int> ForgetTexts(Db db, AccountId account, DateTimeOffset before, CancellationToken ct) => db.RunAsync($"""
        update messages set title = null, body_text = null, body_html = null
        where account_id = {account} and body_text is not null and status in ('sent', 'failed', 'cancelled', 'skipped') and updated_at < {before}
        """, ct);

    internal static Sql Columns => $"""
        id, account_id, rule, automation_id, subject_type, subject_id, occurrence, channel, client_id, recipient, status, reason, attempts, next_attempt_at, expires_at,
        handed_over_at, sent_at, answer, created_at, updated_at, version
        """;

    private static Sql Free => $"claim_id = null, leased_until = null, handed_over_at = null";

    internal static Message Read(DbDataReader row) => new(
        new(row.GetGuid(0)),
        new(row.GetGuid(1)),
        row.GetString(2),
        row.IsDBNull(3) ? null : row.GetGuid(3),
        row.GetString(4),
        row.GetGuid(5),
        row.GetString(6),
        Words<Channel>.Parse(row.GetString(7)),
        row.IsDBNull(8) ? null : new(row.GetGuid(8)),
        Text(row, 9),
        Words<MessageStatus>.Parse(row.GetString(10)),
        Text(row, 11),
        row.GetInt32(12),
        row.GetFieldValue<DateTimeOffset>(13),
        row.GetFieldValue<DateTimeOffset>(14),
        Time(row, 15),
        Time(row, 16),
        Text(row, 17),
        row.GetFieldValue<DateTimeOffset>(18),
        row.GetFieldValue<DateTimeOffset>(19),
        row.GetInt32(20));

    private static string? Text(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static DateTimeOffset? Time(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);
}
