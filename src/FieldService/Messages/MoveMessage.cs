using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Messages;

/// <summary>What a person decides about a message that the worker is not sending at this moment.</summary>
internal static class MoveMessage
{
    // Whoever sends it again by hand wants it to arrive, not to be found too old.
    private static readonly TimeSpan GoodFor = TimeSpan.FromDays(1);

    /// <summary>Sends it again, also when it may have arrived: that is for a person to know.</summary>
    public static async Task<Ok<One<Message>>> Retry(MessageId id, CurrentUser user, Db db, TimeProvider clock, CancellationToken ct)
    {
        var message = await MessageSql.FindForUpdate(db, user.Account, id, ct) ?? throw Missing.Of("message");
        if (message.Status is MessageStatus.Sending or MessageStatus.Sent) throw MessageRules.CannotRetry(message.Status);

        var now = clock.GetUtcNow();
        return await SaveAsync(db, user, message, message with
        {
            Status = MessageStatus.Pending, Reason = null, Attempts = 0, NextAttemptAt = now, HandedOverAt = null, ExpiresAt = message.ExpiresAt > now ? message.ExpiresAt : now + GoodFor,
        }, ct);
    }

    public static async Task<Ok<One<Message>>> Cancel(MessageId id, CurrentUser user, Db db, CancellationToken ct)
    {
        var message = await MessageSql.FindForUpdate(db, user.Account, id, ct) ?? throw Missing.Of("message");
        if (message.Status is MessageStatus.Cancelled) return Answers.Ok(message);
        if (message.Status is not (MessageStatus.Pending or MessageStatus.InDoubt or MessageStatus.Failed)) throw MessageRules.CannotCancel(message.Status);

        return await SaveAsync(db, user, message, message with { Status = MessageStatus.Cancelled, Reason = Obstacles.ByOffice }, ct);
    }

    private static async Task<Ok<One<Message>>> SaveAsync(Db db, CurrentUser user, Message message, Message moved, CancellationToken ct)
    {
        var saved = await MessageSql.Save(db, moved, ct);
        await AuditLog.Updated(db, user, "message", message.Id, message, saved, ct);
        await db.CommitAsync(ct);
        return Answers.Ok(saved);
    }
}
