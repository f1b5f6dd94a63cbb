using System.Data.Common;
using System.Text.Json.Serialization;
using Outpost.FieldService.Taxes;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Documents;

public readonly record struct LineItemId(Guid Value) : IId
{
    public static LineItemId New() => new(Guid.CreateVersion7());
}

/// <summary>A line as it is stored and answered.</summary>
/// <param name="UnitPriceCents">The price rounded to whole cents, for programs that know no finer ones.</param>
/// <param name="TaxRate">The rate that applies, whether the line's own or the document's.</param>
/// <param name="EstimateLineItemId">The line of the estimate that this line of an invoice was copied from.</param>
public sealed record LineItem(
    LineItemId Id, string Description, Quantity Quantity, string? Unit, Money UnitPriceCents, UnitPrice UnitPrice, Percent? DiscountPercent, Money? DiscountCents,
    Money DiscountAmountCents, Percent TaxRate, bool HasOwnTaxRate, TaxGroupId? TaxGroupId, string? TaxName, Money TotalCents, int SortOrder,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] LineItemId? EstimateLineItemId)
{
    /// <summary>Whether the client may take it or leave it. Only on an estimate.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Optional { get; init; }

    /// <summary>Whether it counts: as the office proposed it, and once the estimate is approved as the client chose.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Chosen { get; init; }

    /// <summary>The line as it would be sent in to get it again.</summary>
    public LineForm Form() => new(Description, Quantity, null, HasOwnTaxRate && TaxGroupId is null ? TaxRate : null, SortOrder)
    {
        Unit = Unit,
        UnitPrice = UnitPrice,
        DiscountPercent = DiscountPercent,
        DiscountCents = DiscountCents,
        TaxGroupId = TaxGroupId,
        Optional = Optional,
        Chosen = Chosen,
    };

    internal static Sql Columns => $"""
        l.id, l.description, l.quantity, l.unit, l.unit_price, l.discount_millionths, l.discount_cents, l.discount_amount_cents, l.tax_rate_millionths,
        l.has_own_tax_rate, l.tax_group_id, l.tax_name, l.total_cents, l.sort_order
        """;

    /// <summary>Reads <see cref="Columns"/>, and behind them the line of the estimate when there is such a column.</summary>
    internal static LineItem Read(DbDataReader row)
    {
        var price = UnitPrice.Of(row.GetDecimal(4));
        return new(
            new(row.GetGuid(0)),
            row.GetString(1),
            Quantity.Of(row.GetDecimal(2)),
            row.IsDBNull(3) ? null : row.GetString(3),
            price.InCents,
            price,
            row.IsDBNull(5) ? null : new(row.GetInt32(5)),
            row.IsDBNull(6) ? null : new(row.GetInt64(6)),
            new(row.GetInt64(7)),
            new(row.GetInt32(8)),
            row.GetBoolean(9),
            row.IsDBNull(10) ? null : new(row.GetGuid(10)),
            row.GetString(11) is { Length: > 0 } name ? name : null,
            new(row.GetInt64(12)),
            row.GetInt32(13),
            row.FieldCount == 14 || row.IsDBNull(14) ? null : new(row.GetGuid(14)));
    }
}
