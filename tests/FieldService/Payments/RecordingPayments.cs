using System.Net;
using Outpost.FieldService.Tests.Documents;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Payments;

public sealed class RecordingPayments(PostgresServer postgres)
{
    [Fact]
    public async Task The_invoice_follows_its_payments()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await desk.IssuedInvoiceAsync(100_00);

        var part = await (await desk.Owner.PostAsync($"{Desk.Invoices}/{id}/payments", new { amount_cents = 40_00, method = "check", received_at = "2026-11-20T18:00:00-05:00", notes = "No 12" }))
            .DataAsync(HttpStatusCode.Created);
        Assert.Equal((true, "partial", 40_00, 100_00), ((bool)part["created"]!, (string?)part["invoice_status"], (long)part["invoice_paid_cents"]!, (long)part["invoice_total_cents"]!));
        Assert.Equal(60_00, (long)(await desk.GetAsync(Desk.Invoices, id))["balance_cents"]!);

        var rest = await (await desk.PayAsync(id, 60_00)).DataAsync(HttpStatusCode.Created);
        Assert.Equal(("paid", 100_00), ((string?)rest["invoice_status"], (long)rest["invoice_paid_cents"]!));
        var invoice = await desk.GetAsync(Desk.Invoices, id);
        Assert.Equal((0, "2026-11-21T15:00:00.000Z"), ((long)invoice["balance_cents"]!, (string?)invoice["paid_at"]));

        var payments = await (await desk.Owner.ReadAsync($"{Desk.Invoices}/{id}/payments")).DataAsync();
        Assert.Equal(
            ["6000 cash 2026-11-21T15:00:00.000Z  owner of north", "4000 check 2026-11-20T23:00:00.000Z No 12 owner of north"],
            payments.AsArray().Select(p => $"{p!["amount_cents"]} {p["method"]} {p["received_at"]} {p["notes"]} {p["created_by_name"]}"));
        Assert.Equal(2L, await desk.App.ValueAsync("select count(*) from audit_log where entity_type = 'payment' and action = 'insert'"));
        Assert.Equal(1L, await desk.App.ValueAsync(
            "select count(*) from audit_log where entity_id = $1 and old_value ->> 'status' = 'partial' and new_value ->> 'status' = 'paid'", Desk.Id(id)));
    }

    [Fact]
    public async Task Of_ten_at_once_for_the_whole_amount_one_is_taken()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await desk.IssuedInvoiceAsync(100_00);

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => desk.PayAsync(id, 100_00)));

        Assert.Single(answers, a => a.StatusCode is HttpStatusCode.Created);
        foreach (var refused in answers.Where(a => a.StatusCode is not HttpStatusCode.Created)) await refused.RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");
        Assert.Equal(100_00m, await desk.App.ValueAsync("select sum(amount_cents) from payments"));
        Assert.Equal(100_00, (long)(await desk.GetAsync(Desk.Invoices, id))["paid_cents"]!);
    }

    [Fact]
    public async Task Of_ten_equal_ones_at_once_as_many_are_taken_as_are_owed()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await desk.IssuedInvoiceAsync(75_00);

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => desk.PayAsync(id, 10_00)));

        Assert.Equal(7, answers.Count(a => a.StatusCode is HttpStatusCode.Created));
        Assert.Equal("partial", await desk.StatusAsync(Desk.Invoices, id));
        var error = await (await desk.PayAsync(id, 5_01)).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");
        Assert.Contains("500 cents", (string?)error["message"], StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Created, (await desk.PayAsync(id, 5_00)).StatusCode);
    }

    [Theory]
    [InlineData("draft")]
    [InlineData("void")]
    [InlineData("paid")]
    public async Task Where_nothing_is_owed_nothing_is_taken(string status)
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await desk.DraftAsync(Desk.Invoices, desk.Paper());
        if (status is not "draft") await desk.MovedAsync(Desk.Invoices, id, "sent");
        if (status is "void") await desk.MovedAsync(Desk.Invoices, id, "void");
        if (status is "paid") Assert.Equal(HttpStatusCode.Created, (await desk.PayAsync(id, 100_00)).StatusCode);

        var error = await (await desk.PayAsync(id, 1)).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");

        Assert.Contains(status, (string?)error["message"], StringComparison.Ordinal);
        Assert.Equal(status, await desk.StatusAsync(Desk.Invoices, id));
    }

    [Fact]
    public async Task What_cannot_be_meant_is_refused()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await desk.IssuedInvoiceAsync();

        foreach (var fault in new[]
                 {
                     """{"amount_cents":0,"method":"cash"}""",
                     """{"amount_cents":-1,"method":"cash"}""",
                     """{"amount_cents":1.5,"method":"cash"}""",
                     """{"amount_cents":"1","method":"cash"}""",
                     """{"amount_cents":99999999999999999999,"method":"cash"}""",
                     """{"method":"cash"}""",
                     """{"amount_cents":1}""",
                     """{"amount_cents":1,"method":"gold"}""",
                     """{"amount_cents":1,"method":"cash","received_at":"yesterday"}""",
                 })
        {
            await Desk.InvalidAsync(await desk.Owner.PostAsync($"{Desk.Invoices}/{id}/payments", System.Text.Json.Nodes.JsonNode.Parse(fault)!), fault);
        }

        Assert.Equal("sent", await desk.StatusAsync(Desk.Invoices, id));
    }

    [Fact]
    public async Task The_largest_number_there_is_is_too_much_and_not_an_error()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        await (await desk.PayAsync(await desk.IssuedInvoiceAsync(), long.MaxValue)).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");
    }

    [Fact]
    public async Task The_owner_takes_back_the_only_payment_and_the_invoice_is_open_again()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await desk.IssuedInvoiceAsync();
        await desk.PayAsync(id, 40_00);
        var second = (string)(await (await desk.PayAsync(id, 10_00)).DataAsync(HttpStatusCode.Created))["payment_id"]!;
        var first = (string)(await (await desk.Owner.ReadAsync($"{Desk.Invoices}/{id}/payments")).DataAsync()).AsArray().Single(p => (long)p!["amount_cents"]! == 40_00)!["id"]!;

        Assert.True((bool)(await (await TakeBackAsync(desk, second)).JsonAsync())["deleted"]!);
        Assert.Equal(("partial", 40_00), (await desk.StatusAsync(Desk.Invoices, id), (long)(await desk.GetAsync(Desk.Invoices, id))["paid_cents"]!));
        Assert.Equal(HttpStatusCode.OK, (await TakeBackAsync(desk, first)).StatusCode);
        Assert.Equal(("sent", 0), (await desk.StatusAsync(Desk.Invoices, id), (long)(await desk.GetAsync(Desk.Invoices, id))["paid_cents"]!));
        await (await TakeBackAsync(desk, first)).RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");

        Assert.Equal(HttpStatusCode.OK, (await desk.MoveAsync(Desk.Invoices, id, "void")).StatusCode);
    }

    [Fact]
    public async Task What_was_overdue_stays_overdue_when_a_payment_is_taken_back_and_is_partial_when_one_comes_in()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await desk.IssuedInvoiceAsync();
        var payment = (string)(await (await desk.PayAsync(id, 40_00)).DataAsync(HttpStatusCode.Created))["payment_id"]!;
        await desk.App.SqlAsync("update invoices set status = 'overdue'");

        Assert.Equal(HttpStatusCode.OK, (await TakeBackAsync(desk, payment)).StatusCode);
        Assert.Equal("overdue", await desk.StatusAsync(Desk.Invoices, id));
        await desk.PayAsync(id, 1_00);
        Assert.Equal("partial", await desk.StatusAsync(Desk.Invoices, id));
    }

    [Fact]
    public async Task A_payment_of_a_paid_invoice_stays()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await desk.IssuedInvoiceAsync();
        var payment = (string)(await (await desk.PayAsync(id, 100_00)).DataAsync(HttpStatusCode.Created))["payment_id"]!;

        await (await TakeBackAsync(desk, payment)).RefusedAsync(HttpStatusCode.UnprocessableEntity, "IMMUTABLE_ENTITY");

        Assert.Equal("paid", await desk.StatusAsync(Desk.Invoices, id));
    }

    [Fact]
    public async Task Taking_back_and_paying_at_the_same_moment_never_lose_a_cent()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await desk.IssuedInvoiceAsync();
        var payments = new List<string>();
        for (var i = 0; i < 5; i++) payments.Add((string)(await (await desk.PayAsync(id, 10_00)).DataAsync(HttpStatusCode.Created))["payment_id"]!);

        var answers = await Task.WhenAll([.. payments.SelectMany(p => new[] { TakeBackAsync(desk, p), TakeBackAsync(desk, p) }), .. Enumerable.Range(0, 5).Select(_ => desk.PayAsync(id, 9_00))]);

        Assert.Equal((5, 5, 5), (answers.Count(a => a.StatusCode is HttpStatusCode.OK), answers.Count(a => a.StatusCode is HttpStatusCode.NotFound), answers.Count(a => a.StatusCode is HttpStatusCode.Created)));
        Assert.Equal(("partial", 45_00), (await desk.StatusAsync(Desk.Invoices, id), (long)(await desk.GetAsync(Desk.Invoices, id))["paid_cents"]!));
    }

    private static Task<HttpResponseMessage> TakeBackAsync(Desk desk, string payment) => desk.Owner.DeleteAsync($"/api/v1/payments/{payment}", FieldServiceUnderTest.Stop);
}
