using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;

namespace Outpost.FieldService.ApiKeys;

/// <summary>
/// What lets a program call the API on behalf of the person who made it. The secret is no part of it: it was shown once and is kept as a hash.
/// </summary>
/// <param name="AllowedNetworks">From where it may be used, as CIDR blocks; null is from anywhere.</param>
/// <param name="PreviousUntil">Until when the key it was exchanged for works on; null when there is none.</param>
/// <param name="LastUsedAt">To within five minutes.</param>
public sealed record ApiKey(
    ApiKeyId Id, AccountId AccountId, UserId UserId, string Name, IReadOnlyList<string> Scopes, IReadOnlyList<string>? AllowedNetworks, DateTimeOffset? ExpiresAt,
    DateTimeOffset? PreviousUntil, DateTimeOffset? LastUsedAt, DateTimeOffset? RevokedAt, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt) : IVersioned
{
    /// <summary>How often it was changed, from 1 on.</summary>
    public int Version { get; init; }

    public bool HasExpired(DateTimeOffset now) => ExpiresAt <= now;
}
