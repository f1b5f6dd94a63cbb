using Outpost.FieldService.Accounts;
using Outpost.Kernel;

namespace Outpost.FieldService.EInvoices;

/// <summary>
/// An invoice or a credit note as EN 16931 means it, before it is written in one of its two spellings. Its amounts are those that are stored, to the cent; what the
/// standard wants without tax where the company writes prices with it is shared out so that the sums stay what they are.
/// </summary>
/// <param name="Number">BT-1</param>
/// <param name="IssuedOn">BT-2</param>
/// <param name="DueOn">BT-9</param>
/// <param name="Prepaid">BT-113: what deposits had paid when it was issued.</param>
internal sealed record EInvoice(
    string Number, bool IsCreditNote, DateOnly IssuedOn, DateOnly? DueOn, string Currency, EInvoice.Party Seller, EInvoice.Party Buyer, IReadOnlyList<EInvoice.Line> Lines,
    IReadOnlyList<EInvoice.Allowance> Allowances, IReadOnlyList<EInvoice.Tax> Taxes, Money Prepaid)
{
    /// <summary>BT-22</summary>
    public string? Note { get; init; }

    /// <summary>BT-10</summary>
    public string? BuyerReference { get; init; }

    /// <summary>BT-20</summary>
    public string? Terms { get; init; }

    /// <summary>The invoice that a credit note takes back, BG-3.</summary>
    public Document? Precedes { get; init; }

    /// <summary>Where to pay, BG-17.</summary>
    public BankAccount? PayTo { get; init; }

    /// <summary>BT-106</summary>
    public Money LineTotal => Sum(Lines, line => line.Net);

    /// <summary>BT-107</summary>
    public Money AllowanceTotal => Sum(Allowances, allowance => allowance.Amount);

    /// <summary>BT-109</summary>
    public Money Net => LineTotal - AllowanceTotal;

    /// <summary>BT-110</summary>
    public Money TaxTotal => Sum(Taxes, tax => tax.Amount);

    /// <summary>BT-112</summary>
    public Money Gross => Net + TaxTotal;

    /// <summary>BT-115</summary>
    public Money Payable => Gross - Prepaid;

    internal sealed record Document(string Number, DateOnly IssuedOn);

    internal sealed record BankAccount(string Iban, string Holder, string? Bic);

    /// <param name="Electronic">BT-34 and BT-49.</param>
    internal sealed record Party(string Name, string? Street, string? Street2, string? City, string? Zip, string? Region, string Country, string? VatId, string? TaxNumber, string? LegalId, (string Address, string Scheme)? Electronic)
    {
        public string? TradingName { get; init; }

        public string? Phone { get; init; }

        public string? Email { get; init; }
    }

    /// <param name="Price">BT-146, for <paramref name="PriceFor"/> of them (BT-149).</param>
    /// <param name="Discount">BT-136</param>
    /// <param name="Net">BT-131</param>
    internal sealed record Line(string Name, string? Description, Quantity Quantity, string Unit, UnitPrice Price, Quantity PriceFor, Money Discount, Money Net, VatCategory Category, Percent Rate);

    internal sealed record Allowance(Money Amount, VatCategory Category, Percent Rate, string Reason);

    internal sealed record Tax(VatCategory Category, Percent Rate, Money Base, Money Amount, string? Reason);

    private static Money Sum<T>(IEnumerable<T> of, Func<T, Money> amount) => of.Aggregate(Money.Zero, (sum, one) => sum + amount(one));
}
