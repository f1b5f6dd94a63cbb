namespace Outpost.FieldService.Web;

/// <summary>
/// What an API key may be made for, in words of the trade. A key may what its scopes open and its person may at this moment, whichever is less. An ability
/// that stands in no scope is for people only.
/// </summary>
internal static class Scopes
{
    private static readonly (string Word, Ability[] Opens)[] Table =
    [
        ("account:read", [Ability.SeeOneself, Ability.ReadAccount]),
        ("users:read", [Ability.ReadUsers]),
        ("clients:read", [Ability.ReadClients]),
        ("clients:write", [Ability.ManageClients]),
        ("jobs:read", [Ability.ReadJobs]),
        ("jobs:write", [Ability.ManageJobs, Ability.WorkVisits]),
        ("jobs:delete", [Ability.DeleteJobs]),
        ("money:read", [Ability.ReadMoney]),
        ("money:write", [Ability.ManageMoney]),
        ("money:delete", [Ability.DeleteMoney]),
        ("audit:read", [Ability.ReadAudit]),
        ("settings:write", [Ability.ManageAccount]),
        ("messages:write", [Ability.ManageMessages]),
        ("automations:delete", [Ability.DeleteAutomations]),
    ];

    /// <summary>
    /// No key may: sign out or change a password, let people in, make keys that outlive it, or have everything that happens sent somewhere.
    /// </summary>
    public static readonly Ability[] ForPeopleOnly = [Ability.BeSignedIn, Ability.ManageUsers, Ability.ManageKeys, Ability.ManageWebhooks];

    private static readonly Dictionary<Ability, string> ByAbility =
        Table.SelectMany(scope => scope.Opens, (scope, ability) => (ability, scope.Word)).ToDictionary(pair => pair.ability, pair => pair.Word);

    public static IEnumerable<string> All => Table.Select(scope => scope.Word);

    /// <summary>The one scope that opens an ability; null when none does.</summary>
    public static string? For(Ability ability) => ByAbility.GetValueOrDefault(ability);

    /// <summary>What a scope opens; nothing for a word that is none.</summary>
    public static Ability[] Opens(string word) => Array.Find(Table, scope => scope.Word == word).Opens ?? [];
}
