using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.Platform.Postgres;

namespace Outpost.Assistant.Keys;

/// <summary>A key ends at once and for good; what it has spent stays in the ledger.</summary>
internal static partial class RevokeKey
{
    public static async Task<NoContent> Handle(Guid id, Db db, KeyRing ring, TimeProvider clock, ILogger<KeyRing> log, CancellationToken ct)
    {
        if (await ApiKeySql.Find(db, id, ct) is null) throw KeyRules.NotThere();

        await ApiKeySql.Revoke(db, id, clock.GetUtcNow(), ct);
        await db.CommitAsync(ct);
        ring.Forget(id);
        Revoked(log, id);
        return TypedResults.NoContent();
    }

    [LoggerMessage(LogLevel.Information, "API key {KeyId} revoked")]
    private static partial void Revoked(ILogger log, Guid keyId);
}
