using Outpost.FieldService.Tests.Documents;

namespace Outpost.FieldService.Tests.Payments;

/// <summary>What the books come to when somebody reckons them again from the ledger alone, and the ways to ask for what is tested.</summary>
internal static class Bookkeeping
{
    /// <summary>How many invoices, credits, payments and numbers say something else than the ledger.</summary>
    public const string Disagreements = """
        select (
          select count(*) from invoices i
          cross join lateral (
            select coalesce(sum(paid_cents), 0) as paid, coalesce(sum(credited_cents), 0) as credited, coalesce(sum(written_off_cents), 0) as written_off
            from ledger_entries l where l.account_id = i.account_id and l.invoice_id = i.id) l
          where (i.paid_cents, i.credited_cents, i.written_off_cents) is distinct from (l.paid, l.credited, l.written_off)
             or i.balance_cents <> case when i.status = 'void' then 0 else i.total_cents - l.paid - l.credited - l.written_off end
             or i.balance_cents < 0
             or i.status <> case
               when i.status in ('draft', 'void') then case when l.paid + l.credited + l.written_off = 0 then i.status end
               when l.paid + l.credited + l.written_off = i.total_cents then 'paid'
               when i.status = 'overdue' then 'overdue'
               when l.paid + l.credited + l.written_off > 0 then 'partial'
               else 'sent' end
             or (i.status <> 'draft' and i.sent_at is not null) <> exists (select from document_numbers n where n.invoice_id = i.id and n.number = i.invoice_number)
        ) + (
          select count(*) from client_credits c
          where c.balance_cents <> (select coalesce(sum(credit_cents), 0) from ledger_entries l where l.credit_id = c.id) or c.balance_cents < 0
        ) + (
          select count(*) from payments p
          where p.amount_cents <> (select coalesce(sum(money_cents), 0) from ledger_entries l where l.payment_id = p.id and l.kind in ('payment', 'deposit'))
             or 0 > (select coalesce(sum(money_cents), 0) from ledger_entries l where l.payment_id = p.id)
        ) + (
          -- money that is here is on an invoice or somebody's credit; what a note left as credit was on no invoice
          select count(*) from (select sum(money_cents) - sum(paid_cents) - sum(credit_cents) + coalesce(sum(credit_cents) filter (where kind = 'credit_note'), 0) as lost from ledger_entries) m where m.lost <> 0
        ) + (
          select count(*) from (select series, max(position) as last, count(*) as given from document_numbers group by account_id, series) s
          join number_series using (series) where last <> given or next_number <> last + 1
        )
        """;

    public static async Task BalancedAsync(this Desk desk) => Assert.Equal(0L, await desk.App.ValueAsync(Disagreements));

    public static Task<HttpResponseMessage> PayOverAsync(this Desk desk, string invoice, long cents, string? key = null) =>
        desk.Owner.PostAsync($"{Desk.Invoices}/{invoice}/payments", new { amount_cents = cents, method = "transfer", overpayment = "credit" }, key);

    public static Task<HttpResponseMessage> RefundAsync(this Desk desk, string payment, long cents, string? key = null) =>
        desk.Owner.PostAsync($"/api/v1/payments/{payment}/refunds", new { amount_cents = cents }, key);

    public static Task<HttpResponseMessage> RefundCreditAsync(this Desk desk, string credit, long? cents = null, string? key = null) =>
        desk.Owner.PostAsync($"/api/v1/credits/{credit}/refunds", new { amount_cents = cents, method = "transfer" }, key);

    public static Task<HttpResponseMessage> ApplyAsync(this Desk desk, string invoice, long? cents = null, string? credit = null, string? key = null) =>
        desk.Owner.PostAsync($"{Desk.Invoices}/{invoice}/credit-applications", new { amount_cents = cents, credit_id = credit }, key);

    public static Task<HttpResponseMessage> WriteOffAsync(this Desk desk, string invoice, long? cents = null, string? key = null) =>
        desk.Owner.PostAsync($"{Desk.Invoices}/{invoice}/write-off", new { reason = "Gone abroad", amount_cents = cents }, key);

    public static Task<HttpResponseMessage> ReverseAsync(this Desk desk, string entry, string? key = null) =>
        desk.Owner.PostAsync($"/api/v1/ledger/{entry}/reversal", new { reason = "Paid after all" }, key);

    public static Task<HttpResponseMessage> CreditNoteAsync(this Desk desk, string invoice, object? body = null, string? key = null) =>
        desk.Owner.PostAsync($"{Desk.Invoices}/{invoice}/credit-notes", body ?? new { reason = "Wrong price" }, key);

    public static Task<HttpResponseMessage> DepositAsync(this Desk desk, string estimate, long cents, string? key = null) =>
        desk.Owner.PostAsync($"{Desk.Estimates}/{estimate}/deposits", new { amount_cents = cents, method = "card" }, key);

    public static Task<HttpResponseMessage> TakeBackAsync(this Desk desk, string payment) => desk.Owner.DeleteAsync($"/api/v1/payments/{payment}", FieldServiceUnderTest.Stop);

    /// <summary>The client's credit for whatever comes, with its id; nothing when there is none.</summary>
    public static async Task<(string Id, long Cents)> CreditAsync(this Desk desk, string? estimate = null)
    {
        var credits = (await (await desk.Owner.ReadAsync($"/api/v1/credits?client_id={desk.It.Client}{(estimate is null ? "" : $"&estimate_id={estimate}")}")).DataAsync()).AsArray();
        var credit = credits.SingleOrDefault(c => (string?)c!["estimate_id"] == estimate);
        return credit is null ? ("", 0) : ((string)credit["id"]!, (long)credit["balance_cents"]!);
    }

    /// <summary>Status, paid, credited, written off, balance.</summary>
    public static async Task<string> StandingAsync(this Desk desk, string invoice)
    {
        var data = await desk.GetAsync(Desk.Invoices, invoice);
        return $"{data["status"]} {data["paid_cents"]} {data["credited_cents"]} {data["written_off_cents"]} {data["balance_cents"]}";
    }

    public static async Task<string> PaymentAsync(this Desk desk, string invoice, long cents) =>
        (string)(await (await desk.PayAsync(invoice, cents)).DataAsync(System.Net.HttpStatusCode.Created))["payment_id"]!;
}
