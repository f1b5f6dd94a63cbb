using NodaTime.Extensions;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Worker;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Estimates;

/// <summary>
/// An estimate whose last day has passed where the company is can no longer be approved, and says so. Each is its own short transaction under its lock:
/// what was approved or expired meanwhile is left alone, so it may run late, twice and in two places at once.
/// </summary>
internal static class ExpireEstimates
{
    private sealed record Due(Guid Id);

    /// <returns>How many have expired.</returns>
    public static async Task<int> RunAsync(AccountAtWork account, CancellationToken ct)
    {
        var user = account.Caller;
        var today = account.Today.ToDateOnly();
        var due = await account.Read.ListAsync<Due>($"select id from estimates where account_id = {user.Account} and status = 'sent' and expires_on < {today} order by expires_on, id", ct);

        var expired = 0;
        foreach (var estimate in due)
        {
            if (await ExpireAsync(account, new(estimate.Id), today, ct)) expired++;
        }

        return expired;
    }

    private static async Task<bool> ExpireAsync(AccountAtWork account, EstimateId id, DateOnly today, CancellationToken ct)
    {
        await using var db = account.Open();
        if (await EstimateSql.FindForUpdate(db, account.Caller.Account, id, ct) is not { Status: EstimateStatus.Sent } sent || !sent.HasPassed(today)) return false;

        var before = await GetEstimate.WrittenAsync(db, account.Caller.Account, id, ct);
        await EstimateSql.SaveStatus(db, sent.Expire(account.Now), ct);
        await AuditLog.Updated(db, account.Caller, "estimate", id, before, await GetEstimate.WrittenAsync(db, account.Caller.Account, id, ct), ct);
        await db.CommitAsync(ct);
        return true;
    }
}
