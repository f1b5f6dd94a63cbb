using Outpost.FieldService.Worker;

namespace Outpost.FieldService.Accounts;

/// <summary>Sessions that have ended are kept for a month, in case somebody asks, and then forgotten.</summary>
internal static class ForgetSessions
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    public static async Task<int> RunAsync(AccountAtWork account, CancellationToken ct)
    {
        await using var db = account.Open();
        var before = account.Now - Kept;
        var forgotten = await db.RunAsync($"delete from sessions where account_id = {account.Caller.Account} and (expires_at < {before} or revoked_at < {before})", ct);
        await db.CommitAsync(ct);
        return forgotten;
    }
}
