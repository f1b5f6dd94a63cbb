using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.Assistant.Budgets;
using Outpost.Platform.Postgres;

namespace Outpost.Assistant.Keys;

/// <summary>Says what a key may spend from now on; what is left out is no longer limited by the key.</summary>
internal static class LimitKey
{
    public static async Task<Ok<ApiKey>> Handle(Guid id, KeyLimits request, Db db, CancellationToken ct)
    {
        var limits = request.Checked();
        if (await ApiKeySql.Find(db, id, ct) is null) throw KeyRules.NotThere();

        await db.ValueAsync<object>(LedgerSql.Limit(id, limits), ct);
        var key = await ApiKeySql.Find(db, id, ct);
        await db.CommitAsync(ct);
        return TypedResults.Ok(key);
    }
}
