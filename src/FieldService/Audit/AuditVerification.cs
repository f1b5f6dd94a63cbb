using Npgsql;
using Outpost.FieldService.Accounts;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Audit;

/// <summary>What the operator of the server asks of the audit log at the command line: works as the owner of the database, over all accounts.</summary>
public static class AuditVerification
{
    private sealed record Known(Guid Id, string Name);

    /// <param name="account">Whose chain, by name or id; null for everybody's.</param>
    /// <param name="kept">A head that was written down before; only for one account.</param>
    /// <exception cref="RuleException">NOT_FOUND: no such account. CONFLICT: the head could be that of several.</exception>
    public static async Task<List<(string Account, ChainVerdict Verdict)>> RunAsync(NpgsqlDataSource owner, string? account, ChainHead? kept, CancellationToken ct)
    {
        var db = new ReadDb(owner, null);
        Guid? id = Guid.TryParse(account, out var given) ? given : null;
        var accounts = await db.ListAsync<Known>($"""
            select id, name from accounts
            {Sql.If(account is not null, $"where name = {account} or id = {id}")}
            order by lower(name), id
            """, ct);
        if (accounts.Count == 0 && account is not null) throw new RuleException("NOT_FOUND", $"There is no account '{account}'.") { Field = "account" };
        if (accounts.Count > 1 && kept is not null) throw new RuleException("CONFLICT", "A head belongs to one account. Name it with --account.") { Field = "account" };

        var found = new List<(string, ChainVerdict)>();
        foreach (var one in accounts) found.Add((one.Name, await AuditChain.VerifyAsync(db, new AccountId(one.Id), kept, ct)));
        return found;
    }
}
