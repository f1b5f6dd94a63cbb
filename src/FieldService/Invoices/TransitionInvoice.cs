using System.ComponentModel.DataAnnotations;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Invoices;

/// <summary>The invoice is issued, falls overdue or is made void. Whether it is paid follows from its payments and from nothing else.</summary>
internal static class TransitionInvoice
{
    public sealed record Request([property: Required] InvoiceStatus? Status)
    {
        /// <summary>With its issue the invoice goes to the client by e-mail, with its PDF; as the company has set it when left out.</summary>
        public bool? Mail { get; init; }
    }

    public sealed record Response(InvoiceStatus Status, GetInvoice.Response Data);

    public static async Task<IResult> Handle(InvoiceId id, Request request, CurrentUser user, Db db, Idempotency retry, TimeProvider clock, CancellationToken ct)
    {
        if (await retry.ReplayAsync(request, null, ct) is { } answer) return answer;

        var invoice = await InvoiceSql.FindForUpdate(db, user.Account, id, ct) ?? throw Missing.Of("invoice");
        var before = await GetInvoice.WrittenAsync(db, user.Account, id, ct);
        // Asking for the status it has changes nothing, so that a request may be sent twice.
        if (request.Status == invoice.Status) return await retry.CommitAsync(StatusCodes.Status200OK, new Response(invoice.Status, before), ct);

        switch (request.Status!.Value)
        {
            case InvoiceStatus.Sent when invoice.Status is InvoiceStatus.Draft:
                await IssueInvoice.RunAsync(db, user, invoice, before.LineItems.Count > 0, request.Mail, clock, ct);
                break;
            case InvoiceStatus.Overdue:
                await InvoiceSql.SaveMove(db, invoice.FallOverdue(DueDate.Today(user, clock)), ct);
                break;
            case InvoiceStatus.Void:
                await InvoiceSql.SaveMove(db, invoice.Void(clock.GetUtcNow()), ct);
                break;
            case var next:
                invoice.To(next);
                throw InvoiceRules.FollowsItsPayments(next);
        }

        var after = await GetInvoice.WrittenAsync(db, user.Account, id, ct);
        await AuditLog.Updated(db, user, "invoice", id, before, after, ct);

        return await retry.CommitAsync(StatusCodes.Status200OK, new Response(after.Status, after), ct);
    }
}
