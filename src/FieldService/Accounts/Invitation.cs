using Outpost.FieldService.Web;
using Outpost.Kernel;

namespace Outpost.FieldService.Accounts;

public readonly record struct InvitationId(Guid Value) : IId
{
    public static InvitationId New() => new(Guid.CreateVersion7());

    public static bool TryParse(string? text, out InvitationId id)
    {
        var read = Guid.TryParse(text, out var value);
        id = new(value);
        return read;
    }
}

/// <summary>
/// A way in that works once and not for ever: for somebody new, or for a user who has lost their password. The token is no part of it; only its hash is kept.
/// </summary>
/// <param name="UserId">Whose password it sets; null for somebody new.</param>
public sealed record Invitation(
    InvitationId Id, AccountId AccountId, string Email, string FullName, UserRole Role, UserId? UserId, UserId InvitedBy, DateTimeOffset ExpiresAt,
    DateTimeOffset? AcceptedAt, DateTimeOffset? RevokedAt, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, int Version) : IVersioned
{
    /// <summary>How long somebody new has to come in.</summary>
    public static readonly TimeSpan Lasts = TimeSpan.FromDays(7);

    /// <summary>How long the link to a new password works.</summary>
    public static readonly TimeSpan ResetLasts = TimeSpan.FromHours(24);

    public bool IsOpen => AcceptedAt is null && RevokedAt is null;

    public TimeSpan Term => UserId is null ? Lasts : ResetLasts;
}
