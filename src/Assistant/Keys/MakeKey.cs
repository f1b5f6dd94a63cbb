using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.Assistant.Budgets;
using Outpost.Assistant.Web;
using Outpost.Platform.Postgres;

namespace Outpost.Assistant.Keys;

/// <summary>An administrator makes a key for a program, with what it may do and spend.</summary>
internal static partial class MakeKey
{
    /// <param name="Limits">What it may spend beside the service's own limits.</param>
    /// <param name="ExpiresAt">When it ends by itself; left out, never.</param>
    public sealed record Request(
        [property: Required, StringLength(100, MinimumLength = 1)] string Name,
        [property: Required, Length(1, 10)] IReadOnlyList<string> Scopes,
        KeyLimits? Limits,
        [property: Range(1, 1_000_000)] int? CallsPerMinute,
        DateTimeOffset? ExpiresAt);

    /// <param name="Key">The key itself. It is shown this once and can be read nowhere afterwards.</param>
    public sealed record Response(ApiKey ApiKey, string Key);

    public static async Task<Created<Response>> Handle(Request request, Caller caller, Db db, TimeProvider clock, ILogger<KeyRing> log, CancellationToken ct)
    {
        var scopes = request.Scopes.Distinct(StringComparer.Ordinal).ToArray();
        if (!Array.TrueForAll(scopes, Rights.IsScope)) throw KeyRules.UnknownScope(Rights.Scopes);
        if (request.ExpiresAt <= clock.GetUtcNow()) throw KeyRules.EndsInThePast();
        var limits = request.Limits?.Checked() ?? Limits.None;

        var id = Guid.CreateVersion7();
        var (text, hash) = ApiKeyText.New(id);
        await ApiKeySql.Insert(db, id, request.Name.Trim(), scopes, hash, request.CallsPerMinute, caller.Person, request.ExpiresAt, limits, ct);
        var key = await ApiKeySql.Find(db, id, ct) ?? throw KeyRules.NotThere();
        await db.CommitAsync(ct);
        Made(log, id);

        return TypedResults.Created($"/api/keys/{id}", new Response(key, text));
    }

    [LoggerMessage(LogLevel.Information, "API key {KeyId} made")]
    private static partial void Made(ILogger log, Guid keyId);
}
