using Outpost.FieldService.Web;
using Outpost.Kernel;

namespace Outpost.FieldService.Clients;

/// <summary>Every way a client refuses a request.</summary>
internal static class ClientRules
{
    public static RuleException IsInUse(InUse by) => new("CONFLICT", $"The client cannot be deleted: there is still work for them, {by}.");

    public static RuleException NothingToChange() => new("VALIDATION_ERROR", "Name at least one field to change.");
}
