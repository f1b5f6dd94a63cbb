using System.Data.Common;
using System.Text.Json.Serialization;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Documents;

public readonly record struct LineItemId(Guid Value) : IId
{
    public static LineItemId New() => new(Guid.CreateVersion7());
}

/// <summary>A line as it is stored and answered.</summary>
/// <param name="TaxRate">The rate that applies, whether the line's own or the document's.</param>
/// <param name="EstimateLineItemId">The line of the estimate that this line of an invoice was copied from.</param>
public sealed record LineItem(
    LineItemId Id, string Description, Quantity Quantity, Money UnitPriceCents, Percent TaxRate, bool HasOwnTaxRate, Money TotalCents, int SortOrder,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] LineItemId? EstimateLineItemId)
{
    /// <summary>The line as it would be sent in to get it again.</summary>
    public LineForm Form() => new(Description, Quantity, UnitPriceCents, HasOwnTaxRate ? TaxRate : null, SortOrder);

    internal static Sql Columns => $"l.id, l.description, l.quantity, l.unit_price_cents, l.tax_rate_millionths, l.has_own_tax_rate, l.total_cents, l.sort_order";

    /// <summary>Reads <see cref="Columns"/>, and behind them the line of the estimate when there is such a column.</summary>
    internal static LineItem Read(DbDataReader row) => new(
        new(row.GetGuid(0)),
        row.GetString(1),
        Quantity.Of(row.GetDecimal(2)),
        new(row.GetInt64(3)),
        new(row.GetInt32(4)),
        row.GetBoolean(5),
        new(row.GetInt64(6)),
        row.GetInt32(7),
        row.FieldCount == 8 || row.IsDBNull(8) ? null : new(row.GetGuid(8)));
}
