using Outpost.FieldService.Web;
using Outpost.Kernel;

namespace Outpost.FieldService.Accounts;

public readonly record struct AccountId(Guid Value) : IId
{
    public static AccountId New() => new(Guid.CreateVersion7());
}

public readonly record struct UserId(Guid Value) : IId
{
    public static UserId New() => new(Guid.CreateVersion7());

    public static bool TryParse(string? text, out UserId id)
    {
        var read = Guid.TryParse(text, out var value);
        id = new(value);
        return read;
    }
}

public readonly record struct SessionId(Guid Value) : IId
{
    // The id of a session travels in a cookie, so it is random in all its bits rather than ordered by time.
    public static SessionId New() => new(Guid.NewGuid());
}

/// <summary>What somebody is to the company. Stored as <c>owner</c>, <c>admin</c>, <c>tech</c>.</summary>
public enum UserRole { Owner, Admin, Tech }

/// <summary>Somebody who may sign in, until they are deactivated. The password's hash is no part of it, so that it is never shown or audited.</summary>
public sealed record User(
    UserId Id, AccountId AccountId, string Email, string FullName, string? Phone, UserRole Role, DateTimeOffset? DeactivatedAt, DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt) : IVersioned
{
    /// <summary>How often it was changed, from 1 on.</summary>
    public int Version { get; init; }

    public bool IsActiveOwner => Role is UserRole.Owner && DeactivatedAt is null;
}
