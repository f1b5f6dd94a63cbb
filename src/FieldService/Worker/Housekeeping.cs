using Outpost.FieldService.Messages;

namespace Outpost.FieldService.Worker;

/// <summary>What is kept for a while and not for ever.</summary>
internal static class Housekeeping
{
    /// <summary>A request is not retried after a month.</summary>
    private static readonly TimeSpan KeysFor = TimeSpan.FromDays(30);

    /// <summary>What was written to clients; that it was written stays.</summary>
    private static readonly TimeSpan TextsFor = TimeSpan.FromDays(180);

    public static async Task<int> ForgetKeysAsync(AccountAtWork account, CancellationToken ct)
    {
        await using var db = account.Open();
        var forgotten = await db.ValueAsync<int>($"select forget_idempotency_keys({account.Caller.Account}, {account.Now - KeysFor})", ct);
        await db.CommitAsync(ct);
        return forgotten;
    }

    public static async Task<int> ForgetTextsAsync(AccountAtWork account, CancellationToken ct)
    {
        await using var db = account.Open();
        var forgotten = await MessageSql.ForgetTexts(db, account.Caller.Account, account.Now - TextsFor, ct);
        await db.CommitAsync(ct);
        return forgotten;
    }
}
