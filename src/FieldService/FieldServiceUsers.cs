using Outpost.FieldService.Accounts;
using Outpost.Kernel;
using Outpost.Platform.Configuration;
using Outpost.Platform.Roles;

namespace Outpost.FieldService;

/// <summary>The users of the field service, for <c>outpost user</c>.</summary>
internal sealed class FieldServiceUsers : IUsers
{
    public async Task AddAsync(Settings settings, NewUser user, CancellationToken ct)
    {
        if (!Words<UserRole>.TryParse(user.Role, out var role))
        {
            throw new RuleException("VALIDATION_ERROR", $"'{user.Role}' is no role. Fix: choose one of {string.Join(", ", Words<UserRole>.All)}.") { Field = "role" };
        }

        await using var owner = FieldServiceRole.Owner(settings);
        await UserAdministration.AddAsync(owner, user.Account, user.Email, user.FullName, role, user.Password, ct);
    }

    public async Task<IReadOnlyList<KnownUser>> ListAsync(Settings settings, CancellationToken ct)
    {
        await using var owner = FieldServiceRole.Owner(settings);
        return [.. (await UserAdministration.ListAsync(owner, ct)).Select(u => new KnownUser(u.Account, u.Email, u.FullName, u.Role, u.DeactivatedAt is null))];
    }

    public async Task SetPasswordAsync(Settings settings, string email, string password, CancellationToken ct)
    {
        await using var owner = FieldServiceRole.Owner(settings);
        await UserAdministration.SetPasswordAsync(owner, email, password, TimeProvider.System, ct);
    }
}
