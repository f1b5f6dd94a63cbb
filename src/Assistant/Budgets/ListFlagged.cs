using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.Assistant.Catalogue;
using Outpost.Platform.Postgres;

namespace Outpost.Assistant.Budgets;

/// <summary>Requests that expired without an end, ended late, or cost more than their bound; the last 200.</summary>
internal static class ListFlagged
{
    public sealed record Flagged(Guid Id, string Flag, string Service, string Model, Guid? KeyId, DateTimeOffset HeldAt, DateTimeOffset SettledAt, Spend Bound, Spend Cost);

    public sealed record Response(IReadOnlyList<Flagged> Requests);

    private sealed record Row(Guid Id, string Flagged, string Service, string Model, Guid? KeyId, DateTimeOffset HeldAt, DateTimeOffset SettledAt, long Bound, long Settled);

    public static async Task<Ok<Response>> Handle(ReadDb db, CancellationToken ct)
    {
        var rows = await db.ListAsync<Row>($"""
            select id, flagged, service, model, key_id, held_at, settled_at, bound, settled from holds where flagged is not null order by settled_at desc, id limit 200
            """, ct);
        return TypedResults.Ok(new Response([.. rows.Select(row =>
            new Flagged(row.Id, row.Flagged, row.Service, row.Model, row.KeyId, row.HeldAt, row.SettledAt, new(row.Bound), new(row.Settled)))]));
    }
}
