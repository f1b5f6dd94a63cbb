using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.Assistant.Catalogue;
using Outpost.Platform.Postgres;

namespace Outpost.Assistant.Budgets;

/// <summary>What was spent in a period, and on which service.</summary>
internal static class SummarizeCosts
{
    /// <param name="Held">Held at this moment for requests under way.</param>
    /// <param name="Estimated">The part of the total that is an estimate, because nobody knows how the request ended.</param>
    public sealed record Response(Spend TotalCost, long Requests, Spend AvgCost, IReadOnlyDictionary<string, Spend> Breakdown, string Period, Spend Held, Spend Estimated);

    private sealed record Row(string Service, long Requests, long Cost);

    private sealed record Now(long Held, long Estimated);

    public static async Task<Ok<Response>> Handle(string? period, ReadDb db, TimeProvider clock, CancellationToken ct)
    {
        var over = Periods.Parse(period);
        var since = over.Since(clock.GetUtcNow());
        var (rows, now) = await db.ReadAsync(
        [
            $"select service, count(distinct hold_id) as requests, sum(cost)::bigint as cost from ({Periods.Lines(since)}) l group by service order by service",
            $"""
            select (select held from budgets where scope = {Guid.Empty}) as held,
              coalesce((select sum(settled) from holds where state = 'expired' and settled_at >= {since}), 0)::bigint as estimated
            """,
        ], async (results, token) => (await results.ListAsync<Row>(token), await results.FirstAsync<Now>(token)), ct);

        var (total, requests) = (rows.Sum(row => row.Cost), rows.Sum(row => row.Requests));
        return TypedResults.Ok(new Response(
            new(total), requests, new(requests == 0 ? 0 : total / requests), rows.ToDictionary(row => row.Service, row => new Spend(row.Cost)),
            Kernel.Words<Period>.Of(over), new(now!.Held), new(now.Estimated)));
    }
}
