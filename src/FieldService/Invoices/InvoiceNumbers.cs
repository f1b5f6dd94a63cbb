using Outpost.FieldService.Accounts;
using Outpost.FieldService.Documents;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Invoices;

/// <summary>Numbers of issued invoices: <c>INV-0001</c>, <c>INV-0002</c> … without gaps, see <see cref="NumberSeries"/>.</summary>
internal static class InvoiceNumbers
{
    public static async Task<string> TakeAsync(Db db, AccountId account, CancellationToken ct) => Written(await NumberSeries.TakeAsync(db, account, Document.Invoice, ct));

    public static string Written(long number) => $"INV-{number:0000}";
}
