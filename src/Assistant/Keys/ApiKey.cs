using Outpost.Assistant.Catalogue;

namespace Outpost.Assistant.Keys;

/// <summary>A key for a program: what it may do, how often it may call, what it may spend. Its secret is nowhere in here.</summary>
/// <param name="PreviousUntil">Until when the secret before the last rotation goes on to work; null when there is none.</param>
/// <param name="PerRequest">What one request may cost; null when only the service's own limit holds. So are the other two.</param>
internal sealed record ApiKey(
    Guid Id,
    string Name,
    string[] Scopes,
    int? CallsPerMinute,
    Spend? PerRequest,
    Spend? PerHour,
    Spend? PerDay,
    DateTimeOffset CreatedAt,
    DateTimeOffset? LastUsedAt,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? PreviousUntil,
    DateTimeOffset? RevokedAt);
