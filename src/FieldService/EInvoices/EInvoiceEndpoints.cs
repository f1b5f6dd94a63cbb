using System.Text;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Credits;
using Outpost.FieldService.Invoices;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.EInvoices;

internal static class EInvoiceEndpoints
{
    public static void MapEInvoices(this IEndpointRouteBuilder app)
    {
        var data = app.MapGroup("/api/v1").WithTags("E-invoices");

        data.MapGet("/invoices/{id}/ubl", InvoiceAsUbl).Requires(Ability.ReadMoney).WithSummary("An invoice as EN 16931 data in UBL 2.1");
        data.MapGet("/invoices/{id}/cii", InvoiceAsCii).Requires(Ability.ReadMoney).WithSummary("An invoice as EN 16931 data in CII, as it is in the PDF");
        data.MapGet("/credit-notes/{id}/ubl", CreditNoteAsUbl).Requires(Ability.ReadMoney).WithSummary("A credit note as EN 16931 data in UBL 2.1");
        data.MapGet("/credit-notes/{id}/cii", CreditNoteAsCii).Requires(Ability.ReadMoney).WithSummary("A credit note as EN 16931 data in CII");
    }

    private static async Task<IResult> InvoiceAsUbl(InvoiceId id, CurrentUser user, ReadDb db, CancellationToken ct) => File(await ReadEInvoice.OfInvoiceAsync(id, user, db, ct), Ubl.Write);

    private static async Task<IResult> InvoiceAsCii(InvoiceId id, CurrentUser user, ReadDb db, CancellationToken ct) => File(await ReadEInvoice.OfInvoiceAsync(id, user, db, ct), Cii.Write);

    private static async Task<IResult> CreditNoteAsUbl(CreditNoteId id, CurrentUser user, ReadDb db, CancellationToken ct) => File(await ReadEInvoice.OfCreditNoteAsync(id, user, db, ct), Ubl.Write);

    private static async Task<IResult> CreditNoteAsCii(CreditNoteId id, CurrentUser user, ReadDb db, CancellationToken ct) => File(await ReadEInvoice.OfCreditNoteAsync(id, user, db, ct), Cii.Write);

    private static IResult File(EInvoice invoice, Func<EInvoice, string> write) => Results.File(
        Encoding.UTF8.GetBytes(write(invoice)), "application/xml", $"{string.Concat(invoice.Number.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' ? c : '-'))}.xml");
}
