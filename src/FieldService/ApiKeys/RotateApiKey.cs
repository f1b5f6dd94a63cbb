using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.ApiKeys;

/// <summary>
/// Somebody exchanges their key for a new one with the same rights. The old one works on until the program has been given the new; exchanged once more
/// meanwhile, it ends at once.
/// </summary>
internal static partial class RotateApiKey
{
    private const int UsualOverlap = 24;

    /// <param name="OverlapHours">How long the old key works on: a day unless said otherwise, at most a week; 0 ends it at once.</param>
    public sealed record Request([property: Range(0, 168)] int? OverlapHours);

    public static async Task<Ok<One<CreateApiKey.Response>>> Handle(ApiKeyId id, Request request, CurrentUser user, Db db, TimeProvider clock, ILogger<ApiKey> log, CancellationToken ct)
    {
        var key = await ApiKeySql.FindForUpdate(db, user.Account, id, ct) ?? throw Missing.Of("API key");
        if (key.UserId != user.Id) throw ApiKeyRules.IsSomebodyElses();
        if (key.RevokedAt is not null) throw ApiKeyRules.IsRevoked();
        var now = clock.GetUtcNow();
        if (key.HasExpired(now)) throw ApiKeyRules.HasExpired();

        var (text, hash) = ApiKeyText.New(id);
        var exchanged = await ApiKeySql.Exchange(db, key, hash, now.AddHours(request.OverlapHours ?? UsualOverlap), ct);
        await AuditLog.Updated(db, user, "api_key", id, key, exchanged, ct);
        await db.CommitAsync(ct);
        Exchanged(log, id.Value);

        return Answers.Ok(new CreateApiKey.Response(exchanged, text));
    }

    [LoggerMessage(LogLevel.Information, "API key {KeyId} exchanged")]
    private static partial void Exchanged(ILogger log, Guid keyId);
}
