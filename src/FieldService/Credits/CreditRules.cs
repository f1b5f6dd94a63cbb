using Outpost.Kernel;

namespace Outpost.FieldService.Credits;

/// <summary>Every way a credit is refused.</summary>
internal static class CreditRules
{
    public static RuleException IsEmpty() => new("CONFLICT", "There is no credit to use.");

    public static RuleException IsTooMuch(Money balance) => new("CONFLICT", $"There are {balance.Cents} cents of credit.") { Field = "amount_cents" };

    public static RuleException IsAnotherClients() => new("VALIDATION_ERROR", "credit_id: The credit is another client's.") { Field = "credit_id" };

    public static RuleException WaitsForItsInvoice() =>
        new("CONFLICT", "The credit is the deposit of an estimate and waits for its invoice. Refund it, or use it when that invoice was issued.") { Field = "credit_id" };
}
