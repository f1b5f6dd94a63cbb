using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.ApiKeys;

/// <summary>A key is no longer wanted, or has got into wrong hands: the next request with it is refused. Anybody of the office may end any key.</summary>
internal static partial class RevokeApiKey
{
    public static async Task<Ok<One<ApiKey>>> Handle(ApiKeyId id, CurrentUser user, Db db, TimeProvider clock, ILogger<ApiKey> log, CancellationToken ct)
    {
        var key = await ApiKeySql.FindForUpdate(db, user.Account, id, ct) ?? throw Missing.Of("API key");
        if (key.RevokedAt is not null) return Answers.Ok(key);

        var revoked = await ApiKeySql.Save(db, key with { RevokedAt = clock.GetUtcNow() }, ct);
        await AuditLog.Updated(db, user, "api_key", id, key, revoked, ct);
        await db.CommitAsync(ct);
        Revoked(log, id.Value);

        return Answers.Ok(revoked);
    }

    [LoggerMessage(LogLevel.Information, "API key {KeyId} revoked")]
    private static partial void Revoked(ILogger log, Guid keyId);
}
