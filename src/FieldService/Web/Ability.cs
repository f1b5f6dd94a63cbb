using Outpost.FieldService.Accounts;

namespace Outpost.FieldService.Web;

/// <summary>What a signed-in person may do. A route names exactly one; which role has it stands in <see cref="Abilities"/>.</summary>
public enum Ability
{
    /// <summary>Anything that concerns only oneself.</summary>
    BeSignedIn,
    SeeOneself,
    ReadJobs,
    ManageJobs,
    DeleteJobs,
    WorkVisits,
    ReadClients,
    ManageClients,
    ReadMoney,
    ManageMoney,
    DeleteMoney,
    ReadUsers,
    ManageUsers,
    ReadAudit,
    ReadAccount,
    ManageAccount,
    ManageKeys,
    ManageWebhooks,

    /// <summary>What is said to clients, by whom it is said by itself, and how it is worded.</summary>
    ManageMessages,
    DeleteAutomations,
}

public static class Abilities
{
    private static readonly Ability[] Technician = [Ability.BeSignedIn, Ability.SeeOneself, Ability.ReadJobs, Ability.WorkVisits];
    private static readonly Ability[] Admin =
        [.. Technician, Ability.ManageJobs, Ability.ReadClients, Ability.ManageClients, Ability.ReadMoney, Ability.ManageMoney, Ability.ReadUsers, Ability.ManageUsers, Ability.ReadAudit,
            Ability.ReadAccount, Ability.ManageKeys, Ability.ManageWebhooks, Ability.ManageMessages];
    private static readonly Ability[] Owner = [.. Admin, Ability.DeleteJobs, Ability.DeleteMoney, Ability.ManageAccount, Ability.DeleteAutomations];

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
