using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.Platform.Postgres;

namespace Outpost.Assistant.Keys;

/// <summary>A key gets a new secret; the old one goes on to work until programs have been told.</summary>
internal static partial class RotateKey
{
    private const int UsualMinutes = 60;

    /// <param name="OverlapMinutes">How long the old secret goes on to work; 0 ends it at once.</param>
    public sealed record Request([property: Range(0, 7 * 24 * 60)] int? OverlapMinutes);

    public static async Task<Ok<MakeKey.Response>> Handle(Guid id, Request? request, Db db, KeyRing ring, TimeProvider clock, ILogger<KeyRing> log, CancellationToken ct)
    {
        var key = await ApiKeySql.Find(db, id, ct) ?? throw KeyRules.NotThere();
        if (key.RevokedAt is not null) throw KeyRules.IsRevoked();

        var (text, hash) = ApiKeyText.New(id);
        await ApiKeySql.Exchange(db, id, hash, clock.GetUtcNow().AddMinutes(request?.OverlapMinutes ?? UsualMinutes), ct);
        key = await ApiKeySql.Find(db, id, ct) ?? throw KeyRules.NotThere();
        await db.CommitAsync(ct);
        ring.Forget(id);
        Rotated(log, id);

        return TypedResults.Ok(new MakeKey.Response(key, text));
    }

    [LoggerMessage(LogLevel.Information, "API key {KeyId} has a new secret")]
    private static partial void Rotated(ILogger log, Guid keyId);
}
