using Outpost.Kernel;

namespace Outpost.FieldService.Taxes;

/// <summary>Every way a tax refuses a request.</summary>
internal static class TaxRules
{
    public const int MostParts = 10;

    public static RuleException NameIsTaken(string kind) => new("CONFLICT", $"There is another tax {kind} of this name.") { Field = "name" };

    public static RuleException IsPartOfAGroup() => new("CONFLICT", "The tax rate is part of a group: take it out of the group first.");

    public static RuleException IsOnADocument() => new("CONFLICT", "Documents are taxed with this group. Set is_active to false, and it is not offered any more.");

    public static RuleException IsMoreThanEverything() => new("VALIDATION_ERROR", "The rates of a group come to at most 100 per cent.") { Field = "tax_rate_ids" };

    public static RuleException HasNoParts() => new("VALIDATION_ERROR", $"tax_rate_ids: A group has 1 to {MostParts} tax rates, each once.") { Field = "tax_rate_ids" };

    public static RuleException AnotherBecameTheDefault() => new("CONFLICT", "Another group was made the default at the same moment.") { Field = "is_default" };
}
