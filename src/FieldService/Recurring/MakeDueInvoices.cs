using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Invoices;
using Outpost.FieldService.Worker;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Recurring;

/// <summary>
/// Makes one invoice of each time that has come, as a draft or issued. A run that comes late makes up for each time it missed, once. A plan of which none can be
/// made says why and is tried again; it keeps no other plan.
/// </summary>
internal static class MakeDueInvoices
{
    private sealed record Due(Guid Id);

    /// <returns>How many invoices were made.</returns>
    public static async Task<int> RunAsync(AccountAtWork account, CancellationToken ct)
    {
        var due = await account.Read.ListAsync<Due>($"""
            select id from invoice_plans where account_id = {account.Caller.Account} and status = 'active' and next_at <= {account.Now} order by next_at, id
            """, ct);

        var made = 0;
        foreach (var plan in due)
        {
            while (await MakeOneAsync(account, new(plan.Id), ct)) made++;
        }

        return made;
    }

    // One transaction each: issuing holds the series of numbers until it ends.
    private static async Task<bool> MakeOneAsync(AccountAtWork account, InvoicePlanId id, CancellationToken ct)
    {
        var (user, now) = (account.Caller, account.Now);
        await using var db = account.Open();
        if (await InvoicePlanSql.TakeDue(db, user.Account, id, now, ct) is not { } plan) return false;

        var times = plan.Recurrence.From(plan.NextAt!.Value).Take(2).ToList();
        var gone = plan with { NextAt = times.ElementAtOrDefault(1)?.At.ToUniversalTime(), Trouble = null };
        var isNew = await InvoicePlanSql.AddOccurrence(db, plan, times[0], ct);
        try
        {
            if (isNew) await InvoicePlanSql.SaveOccurrence(db, plan, times[0], await MakeAsync(db, account, plan, ct), ct);
        }
        catch (RuleException refused)
        {
            await db.DisposeAsync();
            await NoteAsync(account, id, refused.Message, ct);
            return false;
        }

        await InvoicePlanSql.SaveProgress(db, gone, ct);
        await AuditLog.Updated(db, user, "invoice_plan", plan.Id, new { plan.NextAt }, new { gone.NextAt }, ct);
        await db.CommitAsync(ct);
        return true;
    }

    private static async Task<InvoiceId> MakeAsync(Db db, AccountAtWork account, InvoicePlan plan, CancellationToken ct)
    {
        var user = account.Caller;
        var due = plan.TermsDays is { } days ? DueDate.Today(user, account.Clock).AddDays(days) : (DateOnly?)null;
        // It is the invoice of whoever planned it; the trail still says that nobody in person made it.
        var draft = await CreateInvoice.DraftAsync(plan.Invoice with { DueDate = due }, user with { Id = plan.CreatedBy }, db, ct);
        if (!plan.Issues) return draft.Id;

        var invoice = (await InvoiceSql.FindForUpdate(db, user.Account, draft.Id, ct))!;
        await IssueInvoice.RunAsync(db, user, invoice, draft.LineItems.Count > 0, null, account.Clock, ct);
        await AuditLog.Updated(db, user, "invoice", draft.Id, draft, await GetInvoice.WrittenAsync(db, user.Account, draft.Id, ct), ct);
        return draft.Id;
    }

    private static async Task NoteAsync(AccountAtWork account, InvoicePlanId id, string why, CancellationToken ct)
    {
        await using var db = account.Open();
        if (await InvoicePlanSql.TakeDue(db, account.Caller.Account, id, account.Now, ct) is not { } plan || plan.Trouble == why) return;

        await InvoicePlanSql.SaveProgress(db, plan with { Trouble = why }, ct);
        await AuditLog.Updated(db, account.Caller, "invoice_plan", id, new { plan.Trouble }, new { Trouble = why }, ct);
        await db.CommitAsync(ct);
    }
}
