using System.Net;
using Outpost.FieldService.Tests.Documents;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Payments;

/// <summary>Ten callers who want the same cents, held until all of them wait for the same row and then let go.</summary>
public sealed class TenAtOnce(PostgresServer postgres)
{
    [Fact]
    public async Task Of_ten_refunds_of_the_whole_payment_one_goes_out()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await desk.IssuedInvoiceAsync();
        var payment = await desk.PaymentAsync(id, 100_00);

        await OneOfTenAsync(desk, id, () => desk.RefundAsync(payment, 100_00));

        Assert.Equal("sent 0 0 0 10000", await desk.StandingAsync(id));
    }

    [Fact]
    public async Task Of_ten_write_offs_of_the_whole_balance_one_is_entered()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await desk.IssuedInvoiceAsync();

        await OneOfTenAsync(desk, id, () => desk.WriteOffAsync(id, 100_00));

        Assert.Equal("paid 0 0 10000 0", await desk.StandingAsync(id));
    }

    [Fact]
    public async Task Of_ten_full_credit_notes_one_is_issued()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await desk.IssuedInvoiceAsync();

        await OneOfTenAsync(desk, id, () => desk.CreditNoteAsync(id));

        Assert.Equal("paid 0 10000 0 0", await desk.StandingAsync(id));
        Assert.Equal("CN-0001", await desk.App.ValueAsync("select string_agg(credit_note_number, ' ') from credit_notes"));
    }

    [Fact]
    public async Task Ten_who_pay_over_lose_no_cent()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await desk.IssuedInvoiceAsync(100_00);

        var answers = await AtOnceAsync(desk, "invoices", id, [.. Enumerable.Range(0, 10).Select(_ => (Func<Task<HttpResponseMessage>>)(() => desk.PayOverAsync(id, 30_00)))]);

        Assert.All(answers, a => Assert.Equal(HttpStatusCode.Created, a.StatusCode));
        Assert.Equal(("paid 10000 0 0 0", 200_00), (await desk.StandingAsync(id), (await desk.CreditAsync()).Cents));
        await desk.BalancedAsync();
    }

    [Fact]
    public async Task Of_ten_who_use_or_give_back_the_same_credit_one_has_it()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        await desk.PayOverAsync(await desk.IssuedInvoiceAsync(1_00), 51_00);
        var credit = (await desk.CreditAsync()).Id;
        var invoices = new List<string>();
        for (var i = 0; i < 5; i++) invoices.Add(await desk.IssuedInvoiceAsync(50_00));

        var answers = await AtOnceAsync(desk, "client_credits", credit,
        [
            .. invoices.Select(invoice => (Func<Task<HttpResponseMessage>>)(() => desk.ApplyAsync(invoice, 50_00))),
            .. Enumerable.Range(0, 5).Select(_ => (Func<Task<HttpResponseMessage>>)(() => desk.RefundCreditAsync(credit, 50_00))),
        ]);

        Assert.Equal((1, 9), (answers.Count(a => a.StatusCode is HttpStatusCode.Created), answers.Count(a => a.StatusCode is HttpStatusCode.Conflict)));
        Assert.Equal(0, (await desk.CreditAsync()).Cents);
        await desk.BalancedAsync();
    }

    [Fact]
    public async Task Whoever_comes_first_of_all_who_want_something_of_one_invoice_the_books_agree()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        for (var round = 0; round < 3; round++)
        {
            var id = await desk.IssuedInvoiceAsync(100_00);
            var payment = await desk.PaymentAsync(id, 40_00);

            var answers = await AtOnceAsync(desk, "invoices", id,
                () => desk.PayAsync(id, 60_00), () => desk.PayOverAsync(id, 70_00), () => desk.RefundAsync(payment, 40_00), () => desk.TakeBackAsync(payment), () => desk.WriteOffAsync(id),
                () => desk.CreditNoteAsync(id), () => desk.MoveAsync(Desk.Invoices, id, "void"), () => desk.ApplyAsync(id), () => desk.RefundAsync(payment, 25_00), () => desk.PayAsync(id, 1_00));

            Assert.All(answers, a => Assert.True((int)a.StatusCode is 200 or 201 or 404 or 409 or 422, $"{(int)a.StatusCode}"));
            await desk.BalancedAsync();
        }
    }

    [Fact]
    public async Task A_deposit_that_comes_while_its_invoice_is_issued_is_on_it_or_refused()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var estimate = await desk.ApprovedEstimateAsync();
        var invoice = (string)(await (await desk.Owner.PostAsync($"{Desk.Estimates}/{estimate}/convert", new { })).JsonAsync())["invoice_id"]!;

        var answers = await AtOnceAsync(desk, "invoices", invoice, () => desk.MoveAsync(Desk.Invoices, invoice, "sent"), () => desk.DepositAsync(estimate, 10_00));

        var taken = answers[1].StatusCode is HttpStatusCode.Created;
        Assert.Equal((taken ? "partial 1000 0 0 9000" : "sent 0 0 0 10000", 0), (await desk.StandingAsync(invoice), (await desk.CreditAsync(estimate)).Cents));
        await desk.BalancedAsync();
    }

    private static async Task OneOfTenAsync(Desk desk, string invoice, Func<Task<HttpResponseMessage>> ask)
    {
        var answers = await AtOnceAsync(desk, "invoices", invoice, [.. Enumerable.Repeat(ask, 10)]);

        Assert.Equal((1, 9), (answers.Count(a => a.StatusCode is HttpStatusCode.Created), answers.Count(a => a.StatusCode is HttpStatusCode.Conflict)));
        await desk.BalancedAsync();
    }

    private static Task<HttpResponseMessage[]> AtOnceAsync(Desk desk, string table, string row, params Func<Task<HttpResponseMessage>>[] requests) =>
        desk.App.AtOnceAsync(table, Desk.Id(row), requests);
}
