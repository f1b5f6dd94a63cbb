using Outpost.Platform.Configuration;

namespace Outpost.Platform.Roles;

/// <summary>The people who may sign in to a part of Outpost, as the operator's command line sees them: by e-mail, over all accounts.</summary>
public interface IUsers
{
    /// <exception cref="Kernel.RuleException">The e-mail is taken or malformed, the role is unknown, the account is not told apart.</exception>
    Task AddAsync(Settings settings, NewUser user, CancellationToken ct);

    Task<IReadOnlyList<KnownUser>> ListAsync(Settings settings, CancellationToken ct);

    /// <summary>Sets a new password and ends all sessions of the user.</summary>
    /// <exception cref="Kernel.RuleException">Nobody has this e-mail, or the password is too short.</exception>
    Task SetPasswordAsync(Settings settings, string email, string password, CancellationToken ct);
}

/// <param name="Account">The account's name; null when there is only one.</param>
public sealed record NewUser(string? Account, string Email, string FullName, string Role, string Password);

public sealed record KnownUser(string Account, string Email, string FullName, string Role, bool Active);
