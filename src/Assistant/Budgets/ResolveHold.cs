using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.Assistant.Catalogue;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.Assistant.Budgets;

/// <summary>Somebody has read in the provider's bill what an expired request really cost; that takes the place of the estimate.</summary>
internal static partial class ResolveHold
{
    public sealed record Request(Spend Cost);

    private sealed record Found(string State, long Bound);

    public static async Task<NoContent> Handle(Guid id, Request request, Db db, TimeProvider clock, ILogger<Ledger> log, CancellationToken ct)
    {
        if (request.Cost < Spend.Zero) throw BudgetRules.NegativeLimit("cost");

        if (!await db.ValueAsync<bool>(LedgerSql.Resolve(clock.GetUtcNow(), id, request.Cost), ct))
        {
            var found = await db.FirstAsync<Found>($"select state, bound from holds where id = {id}", ct) ?? throw new RuleException("NOT_FOUND", "There is no such request in the ledger.");
            throw found.State == "expired" ? BudgetRules.MoreThanBound(new Spend(found.Bound).ToString()) : BudgetRules.NotExpired();
        }

        await db.CommitAsync(ct);
        Resolved(log, id, request.Cost.ToString());
        return TypedResults.NoContent();
    }

    [LoggerMessage(LogLevel.Information, "Request {Hold} was resolved: it has cost {Dollars} dollars")]
    private static partial void Resolved(ILogger log, Guid hold, string dollars);
}
