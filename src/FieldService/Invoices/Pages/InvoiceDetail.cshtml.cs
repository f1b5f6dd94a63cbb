using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Payments;
using Outpost.FieldService.Web;
using Outpost.FieldService.Web.Pages;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Invoices.Pages;

/// <summary>One invoice as the client gets it, with what has been paid. Prints as a document.</summary>
[Requires(Ability.ReadMoney)]
internal sealed class InvoiceDetailPage(ReadDb db, WallClock clock) : PageModel
{
    public sealed record Head(
        Guid Id, int Version, Guid ClientId, Guid? EstimateId, string? InvoiceNumber, string Status, Money SubtotalCents, Money TaxCents, Money TotalCents, Money DiscountAmountCents, Money PaidCents, Money CreditedCents, Money WrittenOffCents, Money BalanceCents, string? Notes, DateOnly? DueDate,
        DateTimeOffset? SentAt, DateTimeOffset? PaidAt, DateTimeOffset? VoidedAt, DateTimeOffset CreatedAt, Guid? JobId, string? JobTitle,
        string ClientName, string? CompanyName, string? ClientEmail, string? BillAddress, string? BillCity, string? BillState, string? BillZip,
        string? PlaceAddress, string? PlaceCity, string? PlaceState, string? PlaceZip);

    public sealed record Line(string Description, Quantity Quantity, string? Unit, UnitPrice UnitPrice, Money DiscountAmountCents, Percent TaxRateMillionths, Money TotalCents);

    public sealed record Tax(string Name, Percent TaxRateMillionths, Money BaseCents, Money TaxCents);

    public sealed record Payment(Guid Id, Money RefundedCents, Money AmountCents, string Method, DateTimeOffset ReceivedAt, string? Notes, string RecordedBy);

    public WallClock Clock => clock;

    public CurrentUser Viewer => HttpContext.Caller();

    public Head Invoice { get; private set; } = null!;

    public IReadOnlyList<Line> Lines { get; private set; } = [];

    public IReadOnlyList<Tax> Taxes { get; private set; } = [];

    public IReadOnlyList<Payment> Payments { get; private set; } = [];

    public sealed record Credit(Guid Id, Money BalanceCents, bool IsDeposit);

    public sealed record Note(Guid Id, string CreditNoteNumber, string Reason, Money TotalCents, DateTimeOffset IssuedAt);

    /// <summary>What is held for the client and could pay it.</summary>
    public IReadOnlyList<Credit> Credits { get; private set; } = [];

    public IReadOnlyList<Note> CreditNotes { get; private set; } = [];

    public bool IsOpen => Invoice.Status is "sent" or "partial" or "overdue";

    public string Name => Invoice.InvoiceNumber is { } number ? $"Invoice {number}" : "Draft invoice";

    public async Task<IActionResult> OnGetAsync(Guid id, CancellationToken ct)
    {
        var account = Viewer.Account;
        var invoice = await db.ReadAsync(
            [
                $"""
                select i.id, i.version, i.client_id, i.estimate_id, i.invoice_number, i.status_now as status, i.subtotal_cents, i.tax_cents, i.total_cents, i.discount_amount_cents, i.paid_cents, i.credited_cents, i.written_off_cents, i.balance_cents, i.notes, i.due_date,
                       i.sent_at, i.paid_at, i.voided_at, i.created_at, i.job_id, j.title as job_title,
                       c.name as client_name, c.company_name, c.email as client_email, c.address_line1 as bill_address, c.city as bill_city, c.state as bill_state, c.zip as bill_zip,
                       p.address as place_address, p.city as place_city, p.state as place_state, p.zip as place_zip
                from (select *, {StatusToday.Of(clock.Today)} as status_now from invoices where account_id = {account} and id = {id}) i
                join clients c on c.account_id = i.account_id and c.id = i.client_id
                left join jobs j on j.account_id = i.account_id and j.id = i.job_id
                left join properties p on p.account_id = i.account_id and p.id = i.property_id
                """,
                $"""
                select description, quantity, unit, unit_price, discount_amount_cents, tax_rate_millionths, total_cents
                from invoice_line_items where account_id = {account} and invoice_id = {id} order by sort_order
                """,
                $"""
                select name, tax_rate_millionths, base_cents, tax_cents from document_taxes
                where account_id = {account} and document_id = {id} order by tax_rate_millionths, name
                """,
                $"""
                select p.id,
                       coalesce((select -sum(l.money_cents) from ledger_entries l where l.account_id = p.account_id and l.payment_id = p.id and l.kind = 'refund'), 0)::bigint as refunded_cents,
                       p.amount_cents, p.method, p.received_at, p.notes, u.full_name as recorded_by
                from payments p join users u on u.account_id = p.account_id and u.id = p.created_by
                where p.account_id = {account} and p.invoice_id = {id} and {PaymentSql.Stands} order by p.received_at, p.id
                """,
                $"""
                select r.id, r.balance_cents, r.estimate_id is not null as is_deposit from client_credits r join invoices i on i.account_id = r.account_id and i.client_id = r.client_id
                where r.account_id = {account} and i.id = {id} and r.balance_cents > 0 and (r.estimate_id is null or r.estimate_id = i.estimate_id) order by r.created_at, r.id
                """,
                $"select id, credit_note_number, reason, total_cents, issued_at from credit_notes where account_id = {account} and invoice_id = {id} order by issued_at, id",
            ],
            async (results, token) =>
            {
                var head = await results.FirstAsync<Head>(token);
                Lines = await results.ListAsync<Line>(token);
                Taxes = await results.ListAsync<Tax>(token);
                Payments = await results.ListAsync<Payment>(token);
                Credits = await results.ListAsync<Credit>(token);
                CreditNotes = await results.ListAsync<Note>(token);
                return head;
            }, ct);
        if (invoice is null) return NotFound();

        Invoice = invoice;
        return Page();
    }
}
