using Outpost.FieldService.Web;
using Outpost.Kernel;

namespace Outpost.FieldService.Properties;

/// <summary>Every way a property refuses a request.</summary>
internal static class PropertyRules
{
    public static RuleException IsInUse(InUse by) => new("CONFLICT", $"The property cannot be deleted: it still has {by}.");

    public static RuleException ClientIsFixed(InUse by) =>
        new("CONFLICT", $"The client of this property cannot change: it already has {by}.") { Field = "client_id" };

    public static RuleException HalfAPlace(string missing) => new("VALIDATION_ERROR", $"A place is a latitude and a longitude; {missing} is missing.") { Field = missing };
}
