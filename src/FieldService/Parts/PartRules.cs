using Outpost.Kernel;

namespace Outpost.FieldService.Parts;

/// <summary>Every way a part on a visit refuses a request.</summary>
internal static class PartRules
{
    public static RuleException OfficePrices(string field) => new("FORBIDDEN", $"Only the office says what a part costs and is sold for; leave out {field}.") { Field = field };

    public static RuleException SaysNothing() => new("VALIDATION_ERROR", "Name an item of the price book, or say what was used.") { Field = "description" };

    public static RuleException TooMuch() => new("VALIDATION_ERROR", "Quantity times price comes to more than a line can hold.") { Field = "quantity" };

    public static RuleException IsBilled() => new("IMMUTABLE_ENTITY", "This part is on an invoice. Take it off the draft, or make the invoice void, before it changes.");
}
