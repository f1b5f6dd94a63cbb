using System.Collections.Frozen;
using Npgsql;
using Outpost.FieldService.Accounts;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Worker;

/// <summary>The companies that the worker works for, each with somebody on whose behalf it does.</summary>
internal sealed class Companies(NpgsqlDataSource source, TimeProvider clock)
{
    private readonly ReadDb _nobody = new(source, null);
    private volatile FrozenDictionary<AccountId, AccountAtWork> _known = FrozenDictionary<AccountId, AccountAtWork>.Empty;

    private sealed record Row(Guid AccountId, Guid UserId, string Email, string FullName, string AccountName, string TimeZone, string Currency);

    public IReadOnlyCollection<AccountAtWork> Known => _known.Values;

    /// <summary>Looks again who there is.</summary>
    public async Task RefreshAsync(CancellationToken ct)
    {
        var rows = await _nobody.ListAsync<Row>($"select * from companies_at_work()", ct);
        _known = rows.ToFrozenDictionary(row => new AccountId(row.AccountId), row => new AccountAtWork(source, CallerOf(row), clock));
    }

    /// <summary>Null when nobody owns the account.</summary>
    public async Task<AccountAtWork?> FindAsync(AccountId account, CancellationToken ct)
    {
        if (!_known.ContainsKey(account)) await RefreshAsync(ct);
        return _known.GetValueOrDefault(account);
    }

    private static CurrentUser CallerOf(Row row) => new(
        new(row.AccountId), new(row.UserId), UserRole.Owner, row.Email, row.FullName, row.AccountName, row.TimeZone, row.Currency, default) { Actor = null };
}
