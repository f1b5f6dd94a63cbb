using NodaTime.Extensions;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Payments;
using Outpost.FieldService.Worker;

namespace Outpost.FieldService.Invoices;

/// <summary>From the morning after its due day on, on the company's calendar, an invoice that is still open is overdue.</summary>
internal static class MarkOverdue
{
    private const int AtOnce = 100;

    /// <returns>How many invoices fell overdue.</returns>
    public static async Task<int> RunAsync(AccountAtWork account, CancellationToken ct)
    {
        var today = account.Today.ToDateOnly();
        for (var done = 0; ;)
        {
            await using var db = account.Open();
            var due = await InvoiceSql.PastDue(db, account.Caller.Account, today, AtOnce, ct);
            foreach (var invoice in due)
            {
                var overdue = invoice.FallOverdue(today);
                await InvoiceSql.SaveMove(db, overdue, ct);
                await AuditLog.Updated(db, account.Caller, "invoice", invoice.Id, Standing.Of(invoice), Standing.Of(overdue), ct);
            }

            await db.CommitAsync(ct);
            done += due.Count;
            if (due.Count < AtOnce) return done;
        }
    }
}
