using Outpost.FieldService.Accounts;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Webhooks;

/// <summary>Every statement that writes <c>webhook_deliveries</c> and <c>webhook_attempts</c>, but for the ones the audit log's trigger adds.</summary>
internal static class DeliverySql
{
    public static Task<int> AddPing(Db db, AccountId account, WebhookId webhook, DeliveryId id, CancellationToken ct) => db.RunAsync($"""
        insert into webhook_deliveries (account_id, id, webhook_id, message_id, event)
        values ({account}, {id}, {webhook}, {id}, {WebhookEvents.Ping})
        """, ct);

    /// <summary>Sends it again from the first attempt on, under the same id.</summary>
    public static Task<int> SendAgain(Db db, AccountId account, DeliveryId id, CancellationToken ct) => db.RunAsync($"""
        update webhook_deliveries set status = 'pending', attempts = 0, due_at = '-infinity', finished_at = null where account_id = {account} and id = {id}
        """, ct);

    /// <summary>Sends again what was over and had been told since a moment.</summary>
    public static Task<int> SendAgainSince(Db db, AccountId account, WebhookId webhook, DateTimeOffset since, bool onlyFailed, CancellationToken ct) => db.RunAsync($"""
        update webhook_deliveries set status = 'pending', attempts = 0, due_at = '-infinity', finished_at = null
        where account_id = {account} and webhook_id = {webhook} and created_at >= {since} and status <> 'pending'
        {Sql.If(onlyFailed, $"and status = 'failed'")}
        """, ct);

    /// <summary>What nobody asked to be told.</summary>
    public static Task<int> Drop(Db db, AccountId account, DeliveryId id, CancellationToken ct) =>
        db.RunAsync($"delete from webhook_deliveries where account_id = {account} and id = {id}", ct);

    public static Task<int> AddAttempt(Db db, AccountId account, DeliveryId delivery, WebhookAttempt attempt, CancellationToken ct) => db.RunAsync($"""
        insert into webhook_attempts (account_id, id, delivery_id, attempted_at, took_ms, response_status, response_body, error)
        values ({account}, {attempt.Id}, {delivery}, {attempt.AttemptedAt}, {attempt.TookMs}, {attempt.ResponseStatus}, {attempt.ResponseBody}, {attempt.Error})
        """, ct);

    /// <param name="dueAt">When it is sent next; null when it is over.</param>
    public static Task<int> Save(Db db, AccountId account, DeliveryId id, string name, DeliveryStatus status, int attempts, DateTimeOffset? dueAt, DateTimeOffset now, CancellationToken ct) => db.RunAsync($"""
        update webhook_deliveries
        set event = {name}, status = {status}, attempts = {attempts}, due_at = coalesce({dueAt}, due_at), finished_at = {(status is DeliveryStatus.Pending ? (DateTimeOffset?)null : now)}
        where account_id = {account} and id = {id}
        """, ct);

    public static Sql Columns => $"""
        d.id, d.webhook_id, 'msg_' || replace(d.message_id::text, '-', '') as message_id, d.event, d.status, d.attempts,
        case when d.status = 'pending' then nullif(d.due_at, '-infinity') end as due_at, d.finished_at, d.created_at
        """;
}
