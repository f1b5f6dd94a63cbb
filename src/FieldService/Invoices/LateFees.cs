using System.Globalization;
using NodaTime.Extensions;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Documents;
using Outpost.FieldService.Web;
using Outpost.FieldService.Worker;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Invoices;

/// <summary>
/// What the company charges for an invoice that is late, stage by stage as its settings say and never twice for a stage. A fee is an invoice of its own with a
/// number of its own, so the late one stays as it was issued. When several stages have passed unnoticed, only the last of them is charged; a fee that was made
/// void was let off and does not come again.
/// </summary>
internal static class LateFees
{
    private const int AtOnce = 500;

    /// <returns>How many fees were charged.</returns>
    public static async Task<int> RunAsync(AccountAtWork account, CancellationToken ct)
    {
        var stages = (await AccountSettings.OfAsync(account.Read, account.Caller.Account, ct)).LateFees.Stages
            .Where(stage => stage is not null && stage.Fault() is null).DistinctBy(stage => stage.DaysAfterDue).ToDictionary(stage => stage.DaysAfterDue);
        if (stages.Count == 0) return 0;

        var today = account.Today.ToDateOnly();
        var done = 0;
        foreach (var late in await LateAsync(account, [.. stages.Keys], today, ct))
        {
            await using var db = account.Open();
            if (await ChargeAsync(db, account, new(late.Id), stages[late.Days], today, ct)) done++;
        }

        return done;
    }

    private sealed record Late(Guid Id, int Days);

    private static Task<List<Late>> LateAsync(AccountAtWork account, int[] days, DateOnly today, CancellationToken ct) => account.Read.ListAsync<Late>($"""
        select i.id, stage.days
        from invoices i
        cross join lateral (select max(d) as days from unnest({days}) as d where i.due_date + d <= {today}) stage
        where i.account_id = {account.Caller.Account} and i.status in ('sent', 'partial', 'overdue') and i.late_fee_for_invoice_id is null
          and i.due_date <= {today.AddDays(-days.Min())} and stage.days is not null
          and not exists (select from invoices f where f.account_id = i.account_id and f.late_fee_for_invoice_id = i.id and f.late_fee_days >= stage.days)
        order by i.due_date, i.id
        limit {AtOnce}
        """, ct);

    private static async Task<bool> ChargeAsync(Db db, AccountAtWork account, InvoiceId id, LateFeeStage stage, DateOnly today, CancellationToken ct)
    {
        var user = account.Caller;
        // With the lock on the late invoice nobody pays it or charges for it at this moment.
        var late = await InvoiceSql.FindForUpdate(db, user.Account, id, ct);
        if (late is null || !late.TakesPayments || late.DueDate?.AddDays(stage.DaysAfterDue) > today) return false;
        if (await InvoiceSql.HasLateFee(db, late, stage.DaysAfterDue, ct)) return false;

        var fee = stage.Of(late.BalanceCents);
        if (fee <= Money.Zero) return false;

        var totals = Totals.Of(Percent.Zero, null, [new LineForm(
            string.Create(CultureInfo.InvariantCulture, $"Late fee: invoice {late.InvoiceNumber} was due on {late.DueDate:yyyy-MM-dd}, {late.BalanceCents.Cents / 100m:0.00} {user.Currency} open"),
            Quantity.Of(1), fee)]);
        var draft = new Invoice(
            InvoiceId.New(), user.Account, late.ClientId, null, null, late.PropertyId, InvoiceStatus.Draft, null, Percent.Zero, null,
            totals.Subtotal, totals.Tax, totals.Total, Money.Zero, null, null, null, null, null, user.Id, default, default)
        {
            LateFeeForInvoiceId = late.Id,
        };
        await InvoiceSql.Insert(db, draft, totals, ct);
        await InvoiceSql.MarkAsLateFee(db, draft, late, stage.DaysAfterDue, ct);
        await IssueInvoice.RunAsync(db, user, draft, true, null, account.Clock, ct);
        await AuditLog.Inserted(db, user, "invoice", draft.Id, await GetInvoice.WrittenAsync(db, user.Account, draft.Id, ct), ct);
        await db.CommitAsync(ct);
        return true;
    }
}
