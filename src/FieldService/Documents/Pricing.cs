using System.Data.Common;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Taxes;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Documents;

/// <summary>What a document as a whole adds to its lines: how its prices are meant and what is let off.</summary>
/// <param name="PricesIncludeTax">Prices are gross, and the tax is inside them.</param>
/// <param name="TaxGroup">The tax of lines that have none of their own, when it is a group.</param>
/// <param name="TaxName">What that was called when the document was written; empty for a bare rate.</param>
/// <param name="DiscountPercent">The discount as it was given: a share, or else <paramref name="DiscountCents"/>.</param>
/// <param name="DiscountAmount">What it comes to, off the sum of the lines.</param>
internal sealed record Pricing(bool PricesIncludeTax, TaxRounding Rounding, TaxGroupId? TaxGroup, string TaxName, Percent? DiscountPercent, Money? DiscountCents, Money DiscountAmount)
{
    public static readonly Pricing Plain = new(false, TaxRounding.Document, null, "", null, null, Money.Zero);

    /// <summary>No other table that is read with a document has columns of these names.</summary>
    public static Sql Columns => $"prices_include_tax, tax_rounding, tax_group_id, tax_name, discount_millionths, discount_cents, discount_amount_cents";

    public static Pricing Read(DbDataReader row)
    {
        var at = row.GetOrdinal("prices_include_tax");
        return new(
            row.GetBoolean(at),
            Words<TaxRounding>.Parse(row.GetString(at + 1)),
            row.IsDBNull(at + 2) ? null : new(row.GetGuid(at + 2)),
            row.GetString(at + 3),
            row.IsDBNull(at + 4) ? null : new(row.GetInt32(at + 4)),
            row.IsDBNull(at + 5) ? null : new(row.GetInt64(at + 5)),
            new(row.GetInt64(at + 6)));
    }
}

/// <summary>What estimates and invoices answer of their pricing.</summary>
public abstract record PricedDocument
{
    internal Pricing Pricing { get; init; } = Pricing.Plain;

    public bool PricesIncludeTax => Pricing.PricesIncludeTax;

    public TaxRounding TaxRounding => Pricing.Rounding;

    public TaxGroupId? TaxGroupId => Pricing.TaxGroup;

    public string? TaxName => Pricing.TaxName is "" ? null : Pricing.TaxName;

    public Percent? DiscountPercent => Pricing.DiscountPercent;

    public Money? DiscountCents => Pricing.DiscountCents;

    /// <summary>What the discount comes to.</summary>
    public Money DiscountAmountCents => Pricing.DiscountAmount;
}

/// <summary>What estimates, invoices and previews are priced from. What is not said follows the company's settings.</summary>
internal interface IPriced
{
    Percent? TaxRate { get; }

    TaxGroupId? TaxGroupId { get; }

    bool? PricesIncludeTax { get; }

    TaxRounding? TaxRounding { get; }

    /// <summary>One price for the whole: then lines are not part of the document.</summary>
    Money? FlatRateCents { get; }

    Percent? DiscountPercent { get; }

    Money? DiscountCents { get; }

    IReadOnlyList<LineForm>? LineItems { get; }
}
