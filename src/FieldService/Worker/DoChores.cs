using System.Diagnostics;
using Npgsql;
using Outpost.FieldService.Accounts;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Worker;

/// <summary>One chore and how often it is done for each company.</summary>
internal sealed record RegularChore(string Name, TimeSpan Every, Chore Do);

/// <summary>
/// Does what is due of the chores of all companies. Each company's chore is held while it is done, so that of two workers one does it; the row is free again
/// when the one who held it is gone. One that fails is put off and keeps nobody else from anything.
/// </summary>
internal sealed partial class DoChores(NpgsqlDataSource source, Companies companies, IEnumerable<RegularChore> chores, TimeProvider clock, ILogger<DoChores> log)
{
    private const int AtMost = 1_000;
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMinutes(1), LongestPause = TimeSpan.FromHours(6);
    private readonly Dictionary<string, RegularChore> _chores = chores.ToDictionary(chore => chore.Name, StringComparer.Ordinal);

    private sealed record Due(Guid AccountId, string Name);

    /// <returns>How many were done.</returns>
    public async Task<int> DoAsync(int atOnce, CancellationToken stop)
    {
        if (_chores.Count == 0) return 0;

        await using var nobody = new Db(source, null);
        var due = await nobody.ListAsync<Due>($"select * from chores_due({_chores.Keys.ToArray()}, {clock.GetUtcNow()}, {AtMost})", stop);
        await nobody.CommitAsync(stop);

        var done = 0;
        await Parallel.ForEachAsync(due, new ParallelOptions { MaxDegreeOfParallelism = atOnce, CancellationToken = stop }, async (one, ct) =>
        {
            if (await DoOneAsync(new(one.AccountId), _chores[one.Name], ct)) Interlocked.Increment(ref done);
        });
        return done;
    }

    private async Task<bool> DoOneAsync(AccountId account, RegularChore chore, CancellationToken ct)
    {
        using var trace = new Activity("chore").SetIdFormat(ActivityIdFormat.W3C).Start();
        if (await companies.FindAsync(account, ct) is not { } company) return false;

        await using (var known = company.Open())
        {
            await ChoreSql.Know(known, account, chore.Name, company.Now, ct);
            await known.CommitAsync(ct);
        }

        await using var held = company.Open();
        var now = company.Now;
        if (await ChoreSql.Hold(held, account, chore.Name, now, ct) is not { } row) return false;

        try
        {
            var things = await chore.Do(company, ct);
            await ChoreSql.Done(held, account, chore.Name, now, now + chore.Every, ct);
            await held.CommitAsync(ct);
            if (things > 0) Done(log, chore.Name, account.Value, things);
            return true;
        }
        catch (Exception e) when (!ct.IsCancellationRequested) // The outermost step for one chore of one company: the others go on.
        {
            Failed(log, e, chore.Name, account.Value);
            var pause = row.Failures >= 9 ? LongestPause : ShortestPause * (1 << row.Failures);
            await ChoreSql.Failed(held, account, chore.Name, now + (pause < LongestPause ? pause : LongestPause), e.Message.Length > 500 ? e.Message[..500] : e.Message, ct);
            await held.CommitAsync(ct);
            return false;
        }
    }

    [LoggerMessage(LogLevel.Information, "chore {Name} done")]
    private static partial void Done(ILogger log, string name, Guid accountId, int things);

    [LoggerMessage(LogLevel.Error, "chore {Name} failed")]
    private static partial void Failed(ILogger log, Exception e, string name, Guid accountId);
}
