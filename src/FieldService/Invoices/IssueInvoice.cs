using Outpost.FieldService.Accounts;
using Outpost.FieldService.Documents;
using Outpost.FieldService.Jobs;
using Outpost.FieldService.Messages;
using Outpost.FieldService.Payments;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Invoices;

/// <summary>A draft goes out: it gets its number and its due day, takes the deposits that were paid for it, and its job is invoiced with it.</summary>
internal static class IssueInvoice
{
    /// <param name="draft">Locked by the caller, who also writes what became of it into the audit log.</param>
    /// <param name="mail">Whether it goes to the client by e-mail; as the company has set it when null.</param>
    public static async Task RunAsync(Db db, CurrentUser user, Invoice draft, bool hasLines, bool? mail, TimeProvider clock, CancellationToken ct)
    {
        if (!hasLines && draft.FlatRateCents is null) throw DocumentRules.NothingOnIt("invoice");

        var now = clock.GetUtcNow();
        var today = DueDate.Today(user, clock);
        var due = draft.DueDate ?? await DueDate.DefaultAsync(db, user, today, ct);
        var issued = draft.Issue(await InvoiceNumbers.TakeAsync(db, user, draft.Id, today, now, ct), due, now);
        await InvoiceSql.SaveMove(db, issued, ct);
        // Nothing is owed on it, so nobody will ever pay it.
        if (issued.TotalCents == Money.Zero) await InvoiceSql.SaveMove(db, issued.Settled(Settlement.Nothing, now), ct);
        await Deposits.ApplyAsync(db, user, issued, now, ct);
        if (mail ?? (await AccountSettings.OfAsync(db, user.Account, ct)).Documents.MailWhenSent)
        {
            await DocumentLetters.EnqueueAsync(db, user, DocumentLetters.Invoice, draft.Id.Value, draft.ClientId, "issue", now, ct);
        }

        if (issued.JobId is { } job) await JobFollows.InvoiceIssuedAsync(db, user, job, ct);
    }
}
