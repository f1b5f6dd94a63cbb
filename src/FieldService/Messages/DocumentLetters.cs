using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Clients;
using Outpost.FieldService.Web.Pages;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Messages;

/// <summary>The letters with which estimates and invoices go to the client, each with its PDF.</summary>
internal static class DocumentLetters
{
    private static readonly TimeSpan Lasts = TimeSpan.FromDays(14);

    public static MessageRule Estimate { get; } = new(
        "estimate_sent", "estimate", ["client_name", "company_name", "estimate_number", "total", "good_until", "opt_out_url"], FindEstimateAsync,
        (db, company, ct) => db.ValueAsync<Guid?>($"select id from estimates where account_id = {company.Account} and status <> 'draft' order by sent_at desc, id limit 1", ct), DefaultTemplates.EstimateSent);

    public static MessageRule Invoice { get; } = new(
        "invoice_sent", "invoice", ["client_name", "company_name", "invoice_number", "amount_due", "total", "due_date", "opt_out_url"], FindInvoiceAsync,
        (db, company, ct) => db.ValueAsync<Guid?>($"select id from invoices where account_id = {company.Account} and invoice_number is not null order by sent_at desc, id limit 1", ct), DefaultTemplates.InvoiceSent);

    private sealed record EstimateRow(Guid ClientId, string? EstimateNumber, string Status, Money TotalCents, DateOnly? ExpiresOn);

    private sealed record InvoiceRow(Guid ClientId, string? InvoiceNumber, string Status, Money TotalCents, Money BalanceCents, DateOnly? DueDate);

    private sealed record Reach(string? Email);

    /// <summary>Puts the letter into the outbox, in the transaction of what it is about.</summary>
    /// <param name="occurrence">Which time it is sent: the same is sent once.</param>
    public static async Task EnqueueAsync(Db db, CurrentUser user, MessageRule rule, Guid subject, ClientId client, string occurrence, DateTimeOffset now, CancellationToken ct)
    {
        foreach (var message in await Outbox.EnqueueAsync(db, user, rule, null, subject, occurrence, client, [Channel.Email], now, now + Lasts, ct))
        {
            await AuditLog.Inserted(db, user, "message", message.Id, message, ct);
        }
    }

    /// <summary>Somebody asks for the letter itself: then a client who cannot be written to is worth a word.</summary>
    /// <exception cref="RuleException">PRECONDITION_FAILED</exception>
    public static async Task SeeThatItArrivesAsync(Db db, CurrentUser user, ClientId client, CancellationToken ct)
    {
        if ((await db.FirstAsync<Reach>($"select email from clients where account_id = {user.Account} and id = {client}", ct))?.Email is null) throw MessageRules.HasNoMail();
    }

    private static async Task<Facts?> FindEstimateAsync(Db db, CurrentUser company, Guid subject, string? occurrence, DateTimeOffset now, CancellationToken ct)
    {
        if (await db.FirstAsync<EstimateRow>($"select client_id, estimate_number, status, total_cents, expires_on from estimates where account_id = {company.Account} and id = {subject}", ct) is not { } estimate) return null;

        return new(new(estimate.ClientId), estimate.Status is "sent" or "approved" ? null : $"the estimate is {estimate.Status}", company.TimeZone, new Dictionary<string, string>
        {
            ["estimate_number"] = estimate.EstimateNumber ?? "",
            ["total"] = estimate.TotalCents.In(company.Currency),
            ["good_until"] = estimate.ExpiresOn is { } day ? WallClock.InFull(day) : "",
        });
    }

    private static async Task<Facts?> FindInvoiceAsync(Db db, CurrentUser company, Guid subject, string? occurrence, DateTimeOffset now, CancellationToken ct)
    {
        if (await db.FirstAsync<InvoiceRow>($"select client_id, invoice_number, status, total_cents, balance_cents, due_date from invoices where account_id = {company.Account} and id = {subject}", ct) is not { } invoice) return null;

        return new(new(invoice.ClientId), invoice.Status is "draft" or "void" ? $"the invoice is {invoice.Status}" : null, company.TimeZone, new Dictionary<string, string>
        {
            ["invoice_number"] = invoice.InvoiceNumber ?? "",
            ["amount_due"] = invoice.BalanceCents.In(company.Currency),
            ["total"] = invoice.TotalCents.In(company.Currency),
            ["due_date"] = invoice.DueDate is { } day ? WallClock.InFull(day) : "",
        });
    }
}
