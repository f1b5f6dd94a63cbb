using System.ComponentModel.DataAnnotations;
using System.Net;
using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.ApiKeys;

/// <summary>
/// Somebody makes a key for a program of theirs. It never may more than they may, now or later; what they may not do themselves it cannot be made for.
/// </summary>
internal static partial class CreateApiKey
{
    private const int MostPerPerson = 50;

    /// <param name="AllowedNetworks">From where it may be used; left out, from anywhere.</param>
    /// <param name="ExpiresAt">When it ends by itself; left out, never.</param>
    public sealed record Request(
        [property: Required, StringLength(100)] string Name,
        [property: Required, Length(1, 50)] IReadOnlyList<string> Scopes,
        [property: Length(1, 50)] IReadOnlyList<string>? AllowedNetworks,
        DateTimeOffset? ExpiresAt);

    /// <param name="Key">The key itself. It is shown this once and can be read nowhere afterwards.</param>
    public sealed record Response(ApiKey ApiKey, string Key) : IVersioned
    {
        int IVersioned.Version => ApiKey.Version;
    }

    public static async Task<Created<One<Response>>> Handle(Request request, CurrentUser user, Db db, TimeProvider clock, ILogger<ApiKey> log, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        if (request.ExpiresAt <= now) throw ApiKeyRules.EndsInThePast();
        var scopes = request.Scopes.Distinct(StringComparer.Ordinal).ToArray();
        foreach (var scope in scopes)
        {
            if (Scopes.Opens(scope) is not { Length: > 0 } opens) throw ApiKeyRules.UnknownScope(Scopes.All);
            if (!Array.TrueForAll(opens, ability => user.Role.May(ability))) throw ApiKeyRules.MoreThanOneHas(scope);
        }

        var networks = request.AllowedNetworks?.Select(Network).Distinct(StringComparer.Ordinal).ToArray();
        if (await ApiKeySql.CountOfLocked(db, user, now, ct) >= MostPerPerson) throw ApiKeyRules.TooMany(MostPerPerson);

        var id = ApiKeyId.New();
        var (text, hash) = ApiKeyText.New(id);
        var key = await ApiKeySql.Insert(db, new(id, user.Account, user.Id, request.Name, scopes, networks, request.ExpiresAt, null, null, null, default, default), hash, ct);
        await AuditLog.Inserted(db, user, "api_key", id, key, ct);
        await db.CommitAsync(ct);
        Made(log, id.Value);

        return Answers.Created($"/api/v1/api-keys/{id.Value}", new Response(key, text));
    }

    private static string Network(string? text)
    {
        if (IPAddress.TryParse(text, out var one) && one.ScopeIdOrNone() == 0) return ApiKeyHolders.Plain(one).ToString();

        return IPNetwork.TryParse(text, out var block) && !block.BaseAddress.IsIPv4MappedToIPv6 ? block.ToString() : throw ApiKeyRules.NoNetwork();
    }

    private static long ScopeIdOrNone(this IPAddress address) => address.AddressFamily is System.Net.Sockets.AddressFamily.InterNetworkV6 ? address.ScopeId : 0;

    [LoggerMessage(LogLevel.Information, "API key {KeyId} made")]
    private static partial void Made(ILogger log, Guid keyId);
}
