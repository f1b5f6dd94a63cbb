using Npgsql;
using Outpost.FieldService.Web;
using Outpost.Kernel;

namespace Outpost.FieldService.Documents;

/// <summary>Every refusal that estimates and invoices have in common.</summary>
internal static class DocumentRules
{
    public static RuleException TooManyLines() => Invalid("line_items", $"A document has at most {Totals.MostLines} lines.");

    public static RuleException NoLine(int index) => Invalid($"line_items[{index}]", "There is no line here.");

    public static RuleException LineWithoutDescription(int index) => Invalid($"line_items[{index}].description", $"A line says what it is for, in at most {LineForm.LongestDescription} characters.");

    public static RuleException LineWithoutQuantity(int index) => Invalid($"line_items[{index}].quantity", $"A quantity is more than 0, at most {Quantity.Most}, and has at most two decimals.");

    public static RuleException LineTooLarge(int index) => Invalid($"line_items[{index}].quantity", $"Quantity times unit price is more than {Totals.Most.Cents} cents.");

    public static RuleException AmountOutOfRange(string field) => Invalid(field, $"An amount is 0 to {Totals.Most.Cents} cents.");

    public static RuleException LineWithoutPrice(string where) => Invalid($"{where}unit_price_cents", "A line has a price: unit_price_cents, or unit_price with up to four decimals.");

    public static RuleException TwoPrices(string field) => Invalid(field, "unit_price and unit_price_cents differ: send one of them, or the same in both.");

    public static RuleException UnitTooLong(int index) => Invalid($"line_items[{index}].unit", $"A unit has at most {LineForm.LongestUnit} characters.");

    public static RuleException TwoDiscounts(string field) => Invalid(field, "A discount is a percentage or an amount, not both.");

    public static RuleException DiscountOutOfRange(string field, Money most) => Invalid(field, $"A discount is 0 to {most.Cents} cents here.");

    public static RuleException TwoTaxes(string field, Percent group) => Invalid(field, $"The tax group comes to {group.Percentage} per cent: send the group or a rate, not two that differ.");

    public static RuleException TaxIsTooMuch(string name) => Invalid("tax_group_id", $"The rates of {name} come to more than 100 per cent.");

    public static RuleException NoSuchTaxGroup(string field) => Missing.Of("tax group", field);

    public static RuleException OnlyOptionalIsLeftOut(int index) => Invalid($"line_items[{index}].chosen", "Only an optional line can be left out.");

    public static RuleException IsNotOptionalHere(int index) => Invalid($"line_items[{index}].optional", "An invoice says what is owed: it has no optional lines.");

    public static RuleException JobOfAnotherClient() => Invalid("job_id", "The job is for another client.");

    public static RuleException PropertyOfAnotherClient() => Invalid("property_id", "The property is another client's.");

    public static RuleException UnknownWord(string field, string? word, IEnumerable<string> known) => Invalid(field, $"'{word}' is none of {string.Join(", ", known)}.");

    public static RuleException NothingOnIt(string document) =>
        new("PRECONDITION_FAILED", $"The {document} has neither lines nor a flat rate: say what it is for before it goes out.") { Field = "line_items" };

    /// <summary>The refusal behind a foreign key that caught what changed between the look and the write; null when it is none of these.</summary>
    public static RuleException? Of(PostgresException refused) => (refused.SqlState, refused.ConstraintName) switch
    {
        (PostgresErrorCodes.ForeignKeyViolation, "an_estimate_belongs_to_a_client_of_its_account" or "an_invoice_belongs_to_a_client_of_its_account") => Missing.Of("client", "client_id"),
        (PostgresErrorCodes.ForeignKeyViolation, "an_estimate_is_for_a_job_of_its_client" or "an_invoice_is_for_a_job_of_its_client") => Missing.Of("job of this client", "job_id"),
        (PostgresErrorCodes.ForeignKeyViolation, "an_estimate_is_at_a_property_of_its_client" or "an_invoice_is_at_a_property_of_its_client") => Missing.Of("property of this client", "property_id"),
        _ => null,
    };

    private static RuleException Invalid(string field, string message) => new("VALIDATION_ERROR", $"{field}: {message}") { Field = field };
}
