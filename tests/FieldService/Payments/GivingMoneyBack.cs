using System.Net;
using Outpost.FieldService.Tests.Documents;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Payments;

public sealed class GivingMoneyBack(PostgresServer postgres)
{
    [Fact]
    public async Task A_refund_opens_the_invoice_again_up_to_what_is_left_of_the_payment()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await desk.IssuedInvoiceAsync(100_00);
        var payment = await desk.PaymentAsync(id, 100_00);

        var part = await (await desk.RefundAsync(payment, 30_00)).DataAsync(HttpStatusCode.Created);
        Assert.Equal(("partial", 70_00, 30_00, 0), ((string?)part["invoice_status"], (long)part["invoice_paid_cents"]!, (long)part["invoice_balance_cents"]!, (long)part["credit_cents"]!));
        await (await desk.RefundAsync(payment, 70_01)).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");
        await (await desk.TakeBackAsync(payment)).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");
        await (await desk.RefundAsync(payment, 70_00)).DataAsync(HttpStatusCode.Created);

        Assert.Equal("sent 0 0 0 10000", await desk.StandingAsync(id));
        Assert.Equal(100_00, (long)(await (await desk.Owner.ReadAsync($"{Desk.Invoices}/{id}/payments")).DataAsync())[0]!["refunded_cents"]!);
        await (await desk.RefundAsync(payment, 1)).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");
        await desk.MovedAsync(Desk.Invoices, id, "void");
        await desk.BalancedAsync();
    }

    [Fact]
    public async Task What_is_paid_over_is_refused_or_becomes_credit_and_goes_back_first()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await desk.IssuedInvoiceAsync(100_00);
        await (await desk.PayAsync(id, 120_00)).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");

        var over = await (await desk.PayOverAsync(id, 120_00)).DataAsync(HttpStatusCode.Created);
        Assert.Equal(("paid", 100_00, 20_00), ((string?)over["invoice_status"], (long)over["invoice_paid_cents"]!, (long)over["credit_cents"]!));
        // Paid already: all of it is credit.
        await (await desk.PayAsync(id, 5_00)).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");
        Assert.Equal(5_00, (long)(await (await desk.PayOverAsync(id, 5_00)).DataAsync(HttpStatusCode.Created))["credit_cents"]!);
        Assert.Equal(25_00, (await desk.CreditAsync()).Cents);

        var refund = await (await desk.RefundAsync((string)over["payment_id"]!, 50_00)).DataAsync(HttpStatusCode.Created);
        Assert.Equal((20_00, "partial 7000 0 0 3000", 5_00), ((long)refund["credit_cents"]!, await desk.StandingAsync(id), (await desk.CreditAsync()).Cents));
        await desk.BalancedAsync();
    }

    [Fact]
    public async Task Credit_pays_other_invoices_and_goes_back_as_money_without_any_invoice_noticing()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var first = await desk.IssuedInvoiceAsync(10_00);
        var second = await desk.IssuedInvoiceAsync(100_00);
        await (await desk.ApplyAsync(second)).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");
        var payment = (string)(await (await desk.PayOverAsync(first, 70_00)).DataAsync(HttpStatusCode.Created))["payment_id"]!;
        var credit = (await desk.CreditAsync()).Id;

        await (await desk.ApplyAsync(second, 60_01)).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");
        var use = (string)(await (await desk.ApplyAsync(second, 45_00)).DataAsync(HttpStatusCode.Created))["entry_id"]!;
        Assert.Equal(("partial 4500 0 0 5500", 15_00), (await desk.StandingAsync(second), (await desk.CreditAsync()).Cents));
        // 10.00 on the first invoice and 15.00 of credit are all that is left of the payment.
        await (await desk.RefundAsync(payment, 25_01)).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");
        await (await desk.RefundCreditAsync(credit, 15_01)).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");
        Assert.Equal(0, (long)(await (await desk.RefundCreditAsync(credit)).DataAsync(HttpStatusCode.Created))["credit_cents"]!);
        Assert.Equal("paid 1000 0 0 0", await desk.StandingAsync(first));

        await (await desk.MoveAsync(Desk.Invoices, second, "void")).RefusedAsync(HttpStatusCode.UnprocessableEntity, "PRECONDITION_FAILED");
        await (await desk.ReverseAsync(use)).DataAsync(HttpStatusCode.Created);
        await (await desk.ReverseAsync(use)).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");
        Assert.Equal(("sent 0 0 0 10000", 45_00), (await desk.StandingAsync(second), (await desk.CreditAsync()).Cents));
        await desk.MovedAsync(Desk.Invoices, second, "void");
        await desk.BalancedAsync();
    }

    [Fact]
    public async Task Another_clients_credit_pays_nothing()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        await desk.PayOverAsync(await desk.IssuedInvoiceAsync(10_00), 70_00);
        var credit = (await desk.CreditAsync()).Id;
        var other = await Desk.ForAsync(desk.App, desk.App.Company, "Grace Hopper");
        var theirs = await desk.DraftAsync(Desk.Invoices, new { client_id = other.Client, flat_rate_cents = 5_00 });
        await desk.MovedAsync(Desk.Invoices, theirs, "sent");

        await (await desk.ApplyAsync(theirs, credit: credit)).RefusedAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");

        Assert.Equal(60_00, (await desk.CreditAsync()).Cents);
    }

    [Fact]
    public async Task A_write_off_settles_the_invoice_and_can_be_reversed()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await desk.IssuedInvoiceAsync(100_00);
        await desk.PayAsync(id, 40_00);

        await (await desk.Owner.PostAsync($"{Desk.Invoices}/{id}/write-off", new { })).RefusedAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        await (await desk.WriteOffAsync(id, 60_01)).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");
        var entry = (string)(await (await desk.WriteOffAsync(id)).DataAsync(HttpStatusCode.Created))["entry_id"]!;
        Assert.Equal("paid 4000 0 6000 0", await desk.StandingAsync(id));
        await (await desk.WriteOffAsync(id)).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");
        await (await desk.ReverseAsync(entry)).DataAsync(HttpStatusCode.Created);

        Assert.Equal("partial 4000 0 0 6000", await desk.StandingAsync(id));
        await (await desk.PayAsync(id, 60_00)).DataAsync(HttpStatusCode.Created);
        Assert.Equal(
            ["payment", "reversal", "write_off", "payment"],
            (await (await desk.Owner.ReadAsync($"/api/v1/ledger?invoice_id={id}")).DataAsync()).AsArray().Select(e => (string?)e!["kind"]));
        await desk.BalancedAsync();
    }

    [Fact]
    public async Task A_deposit_waits_for_its_invoice_and_pays_it_when_it_is_issued()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var estimate = await desk.DraftAsync(Desk.Estimates, desk.Paper(100_00));
        await (await desk.DepositAsync(estimate, 1_00)).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");
        await desk.MovedAsync(Desk.Estimates, estimate, "sent");
        await desk.MovedAsync(Desk.Estimates, estimate, "approved");
        await (await desk.DepositAsync(estimate, 100_01)).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");
        await (await desk.DepositAsync(estimate, 25_00)).DataAsync(HttpStatusCode.Created);
        var mistake = (string)(await (await desk.DepositAsync(estimate, 10_00)).DataAsync(HttpStatusCode.Created))["payment_id"]!;
        Assert.Equal(HttpStatusCode.OK, (await desk.TakeBackAsync(mistake)).StatusCode);
        var (credit, held) = await desk.CreditAsync(estimate);
        Assert.Equal(25_00, held);
        // It is kept for this estimate.
        await (await desk.ApplyAsync(await desk.IssuedInvoiceAsync(5_00), credit: credit)).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");

        var invoice = (string)(await (await desk.Owner.PostAsync($"{Desk.Estimates}/{estimate}/convert", new { })).JsonAsync())["invoice_id"]!;
        Assert.Equal("draft 0 0 0 10000", await desk.StandingAsync(invoice));
        await desk.DepositAsync(estimate, 5_00);
        await desk.MovedAsync(Desk.Invoices, invoice, "sent");

        Assert.Equal(("partial 3000 0 0 7000", 0), (await desk.StandingAsync(invoice), (await desk.CreditAsync(estimate)).Cents));
        await (await desk.DepositAsync(estimate, 1_00)).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");
        await desk.BalancedAsync();
    }

    [Fact]
    public async Task A_void_invoice_gives_the_estimate_back_for_another_and_keeps_its_number()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var estimate = await desk.ApprovedEstimateAsync(desk.Paper(100_00));
        await desk.DepositAsync(estimate, 30_00);
        async Task<string> ConvertAsync() => (string)(await (await desk.Owner.PostAsync($"{Desk.Estimates}/{estimate}/convert", new { })).JsonAsync())["invoice_id"]!;
        var first = await ConvertAsync();
        await desk.MovedAsync(Desk.Invoices, first, "sent");
        var refusal = await (await desk.MoveAsync(Desk.Invoices, first, "void")).RefusedAsync(HttpStatusCode.UnprocessableEntity, "PRECONDITION_FAILED");
        Assert.Contains("3000 cents", (string?)refusal["message"], StringComparison.Ordinal);
        var use = (await (await desk.Owner.ReadAsync($"/api/v1/ledger?kind=credit_applied")).DataAsync())[0]!;
        await (await desk.ReverseAsync((string)use["id"]!)).DataAsync(HttpStatusCode.Created);

        await desk.MovedAsync(Desk.Invoices, first, "void");
        var second = await ConvertAsync();
        Assert.NotEqual(first, second);
        await desk.MovedAsync(Desk.Invoices, second, "sent");

        Assert.Equal("partial 3000 0 0 7000", await desk.StandingAsync(second));
        var sequence = await (await desk.Owner.ReadAsync("/api/v1/reports/sequence")).JsonAsync();
        Assert.Equal(["INV-0001 void", "INV-0002 partial"], sequence["data"]!.AsArray().Select(n => $"{n!["number"]} {n["fate"]}"));
        Assert.Equal("invoice 2 2 0", sequence["series"]!.AsArray().Select(s => $"{s!["series"]} {s["last"]} {s["given"]} {s["missing"]}").Single());
        await desk.BalancedAsync();
    }

    [Fact]
    public async Task Nobody_changes_or_removes_an_entry_the_owner_of_the_tables_included()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await desk.IssuedInvoiceAsync();
        await desk.PayAsync(id, 1_00);
        await desk.CreditNoteAsync(id);

        foreach (var table in new[] { "ledger_entries", "payments", "document_numbers", "credit_notes", "credit_note_lines", "credit_note_taxes" })
        {
            foreach (var sql in new[] { $"update {table} set account_id = account_id", $"delete from {table}", $"truncate {table} cascade" })
            {
                var error = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => desk.App.SqlAsync(sql));
                Assert.Equal("ledgers_are_only_added_to", error.ConstraintName);
            }
        }
    }

    [Fact]
    public async Task A_deposit_for_one_revision_pays_the_invoice_that_is_made_from_the_next()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var first = await desk.ApprovedEstimateAsync();
        await (await desk.DepositAsync(first, 30_00)).DataAsync(HttpStatusCode.Created);
        var second = (string)(await (await desk.Owner.PostAsync($"{Desk.Estimates}/{first}/revisions", new { notes = "Dearer" })).DataAsync(HttpStatusCode.Created))["id"]!;
        await desk.MovedAsync(Desk.Estimates, second, "sent");
        await desk.MovedAsync(Desk.Estimates, second, "approved");
        var total = (long)(await desk.GetAsync(Desk.Estimates, second))["total_cents"]!;

        await (await desk.DepositAsync(second, total - 30_00 + 1)).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");
        await (await desk.DepositAsync(second, 10_00)).DataAsync(HttpStatusCode.Created);
        var invoice = (string)(await (await desk.Owner.PostAsync($"{Desk.Estimates}/{second}/convert", new { })).JsonAsync())["invoice_id"]!;
        await desk.MovedAsync(Desk.Invoices, invoice, "sent");

        var issued = await desk.GetAsync(Desk.Invoices, invoice);
        Assert.Equal(("partial", 40_00L), ((string)issued["status"]!, (long)issued["paid_cents"]!));
        Assert.Equal(1L, await desk.App.ValueAsync("select count(*) from client_credits"));
        await desk.BalancedAsync();
    }
}
