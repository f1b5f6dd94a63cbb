using Outpost.FieldService.Accounts;

namespace Outpost.FieldService.Web;

/// <summary>What a signed-in person may do. A route names exactly one; which role has it stands in <see cref="Abilities"/>.</summary>
public enum Ability
{
    /// <summary>Anything that concerns only oneself.</summary>
    BeSignedIn,
    ReadJobs,
    ManageJobs,
    DeleteJobs,
    WorkVisits,
    ReadClients,
    ManageClients,
    ReadMoney,
    ManageMoney,
    DeleteMoney,
    ManageUsers,
    ReadAudit,
    ReadAccount,
    ManageAccount,
}

public static class Abilities
{
    private static readonly Ability[] Technician = [Ability.BeSignedIn, Ability.ReadJobs, Ability.WorkVisits];
    private static readonly Ability[] Admin =
        [.. Technician, Ability.ManageJobs, Ability.ReadClients, Ability.ManageClients, Ability.ReadMoney, Ability.ManageMoney, Ability.ManageUsers, Ability.ReadAudit, Ability.ReadAccount];
    private static readonly Ability[] Owner = [.. Admin, Ability.DeleteJobs, Ability.DeleteMoney, Ability.ManageAccount];

    public static bool May(this UserRole role, Ability ability) => Of(role).Contains(ability);

    public static RouteHandlerBuilder Requires(this RouteHandlerBuilder route, Ability ability) => route.WithMetadata(new RequiresAttribute(ability));

    /// <summary>The roles that have an ability, for the message of a refusal.</summary>
    internal static IEnumerable<UserRole> Having(Ability ability) => Enum.GetValues<UserRole>().Where(role => role.May(ability));

    private static Ability[] Of(UserRole role) => role switch
    {
        UserRole.Owner => Owner,
        UserRole.Admin => Admin,
        UserRole.Tech => Technician,
    };
}

/// <summary>Marks a route or a page with the ability it asks for.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class RequiresAttribute(Ability ability) : Attribute
{
    public Ability Ability { get; } = ability;
}
