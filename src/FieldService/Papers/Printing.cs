using Outpost.FieldService.Accounts;
using Outpost.FieldService.Credits;
using Outpost.FieldService.EInvoices;
using Outpost.FieldService.Estimates;
using Outpost.FieldService.Invoices;
using Outpost.FieldService.Messages;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Papers;

/// <summary>From a paper to its file. An invoice that can be said in data carries it; one that cannot is a PDF all the same.</summary>
internal sealed class Printing(PrintedPapers printed, TimeProvider time)
{
    public const string MediaType = "application/pdf";

    /// <param name="Tag">The same for the same paper, and another when anything on it is another.</param>
    internal sealed record File(string Name, string Tag, PrintOrder Order);

    public async Task<File> EstimateAsync(EstimateId id, CurrentUser user, ReadDb db, CancellationToken ct) => Of(await EstimatePaper.ReadAsync(id, user, db, time, ct), null);

    public async Task<File> InvoiceAsync(InvoiceId id, CurrentUser user, ReadDb db, CancellationToken ct) =>
        Of(await InvoicePaper.ReadAsync(id, user, db, time, ct), await DataAsync(() => ReadEInvoice.OfInvoiceAsync(id, user, db, ct)));

    public async Task<File> CreditNoteAsync(CreditNoteId id, CurrentUser user, ReadDb db, CancellationToken ct) =>
        Of(await CreditNotePaper.ReadAsync(id, user, db, time, ct), await DataAsync(() => ReadEInvoice.OfCreditNoteAsync(id, user, db, ct)));

    public static File Of(Paper paper, PrintOrder.Enclosed? data)
    {
        var order = new PrintOrder(PaperHtml.ForThePress(paper), data, paper.WrittenAt);
        return new($"{paper.FileName}.pdf", $"\"{order.Fingerprint}\"", order);
    }

    /// <exception cref="RuleException">SERVICE_UNAVAILABLE</exception>
    public Task<byte[]> PrintAsync(File file, CancellationToken ct) => printed.PrintAsync(file.Order, ct);

    /// <summary>What goes with a letter about an estimate or an invoice.</summary>
    /// <exception cref="RuleException">SERVICE_UNAVAILABLE: the letter waits.</exception>
    public async Task<IReadOnlyList<Enclosure>> EncloseAsync(CurrentUser company, ReadDb db, string rule, Guid subject, CancellationToken ct)
    {
        var file = rule == DocumentLetters.Invoice.Name ? await InvoiceAsync(new(subject), company, db, ct)
            : rule == DocumentLetters.Estimate.Name ? await EstimateAsync(new(subject), company, db, ct)
            : null;
        return file is null ? [] : [new(file.Name, MediaType, await PrintAsync(file, ct))];
    }

    private static async Task<PrintOrder.Enclosed?> DataAsync(Func<Task<EInvoice>> read)
    {
        try
        {
            return new(Cii.FileName, Cii.Write(await read()), Cii.Metadata);
        }
        catch (RuleException notInData) when (notInData.Code is "PRECONDITION_FAILED")
        {
            return null;
        }
    }
}
