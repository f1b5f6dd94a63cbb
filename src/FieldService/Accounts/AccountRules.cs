using Outpost.Kernel;

namespace Outpost.FieldService.Accounts;

/// <summary>Every way the company's own data refuses a request.</summary>
internal static class AccountRules
{
    public static RuleException NoTimeZone() =>
        new("VALIDATION_ERROR", "time_zone must be the IANA name of a time zone, such as America/New_York.") { Field = "time_zone" };

    public static RuleException NoCurrency() =>
        new("VALIDATION_ERROR", "currency must be the code of a currency by ISO 4217, such as USD.") { Field = "currency" };

    public static RuleException Unusable(string field, string fault) => new("VALIDATION_ERROR", $"{field} cannot be used: {fault}") { Field = field };

    public static RuleException CurrencyIsUsed() =>
        new("CONFLICT", "The currency cannot change any more: there are estimates, invoices or payments in it.") { Field = "currency" };
}
