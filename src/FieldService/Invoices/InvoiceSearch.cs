using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Invoices;

/// <summary>Invoices by a part of their number, or by whom they are for.</summary>
internal static class InvoiceSearch
{
    /// <summary>A condition: the invoice <c>i</c> matches.</summary>
    public static Sql And(SearchText text) => $"and i.id = any (array(select invoices_matching({text.Pattern})))";
}
