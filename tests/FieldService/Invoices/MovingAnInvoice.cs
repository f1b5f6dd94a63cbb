using System.Net;
using Outpost.FieldService.Invoices;
using Outpost.FieldService.Tests.Documents;
using Outpost.Kernel;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Invoices;

public sealed class MovingAnInvoice(PostgresServer postgres)
{
    [Fact]
    public async Task Every_pair_of_statuses_is_answered_as_the_table_and_the_payments_say()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        foreach (var from in Enum.GetValues<InvoiceStatus>())
        {
            foreach (var to in Enum.GetValues<InvoiceStatus>())
            {
                var id = await InStatusAsync(desk, from);

                var answer = await desk.MoveAsync(Desk.Invoices, id, Words<InvoiceStatus>.Of(to));

                var (status, code) = (from, to) switch
                {
                    _ when from == to => (HttpStatusCode.OK, null),
                    _ when !Invoice.Moves[from].Contains(to) => (HttpStatusCode.Conflict, "INVALID_TRANSITION"),
                    (_, InvoiceStatus.Paid or InvoiceStatus.Partial) => (HttpStatusCode.UnprocessableEntity, "PRECONDITION_FAILED"),
                    (InvoiceStatus.Paid, InvoiceStatus.Sent) or (InvoiceStatus.Partial, InvoiceStatus.Sent or InvoiceStatus.Void) => (HttpStatusCode.UnprocessableEntity, "PRECONDITION_FAILED"),
                    // it is not due before 14 days have passed
                    (_, InvoiceStatus.Overdue) => (HttpStatusCode.UnprocessableEntity, "PRECONDITION_FAILED"),
                    _ => (HttpStatusCode.OK, (string?)null),
                };
                if (code is null) Assert.True(answer.StatusCode == status, $"{from} -> {to}: {answer.StatusCode}");
                else await answer.RefusedAsync(status, code);
                Assert.Equal(Words<InvoiceStatus>.Of(code is null ? to : from), await desk.StatusAsync(Desk.Invoices, id));
            }
        }
    }

    [Theory]
    // due on 5 December; midnight in New York is 05:00Z
    [InlineData("2026-12-06T04:59:00Z", false)]
    [InlineData("2026-12-06T05:00:00Z", true)]
    public async Task It_is_overdue_when_its_day_has_passed_where_the_company_is(string now, bool overdue)
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await desk.IssuedInvoiceAsync();
        desk.App.Clock.Advance(DateTimeOffset.Parse(now, System.Globalization.CultureInfo.InvariantCulture) - FieldServiceUnderTest.Start);
        using var owner = await desk.App.SignedInAsync();

        var answer = await owner.PostAsync($"{Desk.Invoices}/{id}/transition", new { status = "overdue" });

        if (overdue) Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        else await answer.RefusedAsync(HttpStatusCode.UnprocessableEntity, "PRECONDITION_FAILED");
    }

    [Fact]
    public async Task Only_a_draft_changes()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await desk.DraftAsync(Desk.Invoices, desk.Paper(100_00, 10));

        var changed = await (await desk.Owner.PatchAsync($"{Desk.Invoices}/{id}", new
        {
            notes = "Thank you",
            due_date = "2027-01-31",
            line_items = new[] { new { description = "Less", quantity = 1, unit_price_cents = 50_00 } },
        })).DataAsync();
        Assert.Equal((55_00, "2027-01-31", "Thank you", 10m), ((long)changed["total_cents"]!, (string?)changed["due_date"], (string?)changed["notes"], (decimal)changed["tax_rate"]!));
        Assert.Null((await (await desk.Owner.PatchAsync($"{Desk.Invoices}/{id}", new { due_date = (string?)null })).DataAsync())["due_date"]);
        foreach (var fault in new object[] { new { due_date = "garbage" }, new { due_date = "2027-02-30" }, new { due_date = 5 }, new { tax_rate = 101 }, new { flat_rate_cents = -1 } })
        {
            await Desk.InvalidAsync(await desk.Owner.PatchAsync($"{Desk.Invoices}/{id}", fault), fault.ToString()!);
        }

        await desk.MovedAsync(Desk.Invoices, id, "sent");
        await (await desk.Owner.PatchAsync($"{Desk.Invoices}/{id}", new { notes = "x" })).RefusedAsync(HttpStatusCode.UnprocessableEntity, "IMMUTABLE_ENTITY");
        await (await desk.Owner.DeleteAsync($"{Desk.Invoices}/{id}", FieldServiceUnderTest.Stop)).RefusedAsync(HttpStatusCode.UnprocessableEntity, "IMMUTABLE_ENTITY");
        Assert.Equal(55_00, (long)(await desk.GetAsync(Desk.Invoices, id))["total_cents"]!);
    }

    [Fact]
    public async Task A_change_of_the_notes_leaves_the_lines_of_the_estimate_where_they_are()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var estimate = await desk.ApprovedEstimateAsync();
        var id = (string)(await (await desk.Owner.PostAsync($"{Desk.Estimates}/{estimate}/convert", new { })).JsonAsync())["invoice_id"]!;

        var changed = await (await desk.Owner.PatchAsync($"{Desk.Invoices}/{id}", new { notes = "x" })).DataAsync();

        Assert.NotNull(changed["line_items"]![0]!["estimate_line_item_id"]);
    }

    [Fact]
    public async Task A_draft_can_be_thrown_away_by_the_owner()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await desk.DraftAsync(Desk.Invoices, desk.Paper());

        Assert.True((bool)(await (await desk.Owner.DeleteAsync($"{Desk.Invoices}/{id}", FieldServiceUnderTest.Stop)).JsonAsync())["deleted"]!);

        Assert.Equal(0L, await desk.App.ValueAsync("select (select count(*) from invoices) + (select count(*) from invoice_line_items) + (select count(*) from document_taxes)"));
    }

    [Fact]
    public async Task The_list_is_filtered_and_sorted_by_what_it_offers_and_nothing_else()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var later = await desk.DraftAsync(Desk.Invoices, new { client_id = desk.It.Client, job_id = desk.It.Job, due_date = "2027-02-01", flat_rate_cents = 5_00 });
        var sooner = await desk.DraftAsync(Desk.Invoices, new { client_id = desk.It.Client, due_date = "2027-01-01", flat_rate_cents = 9_00 });
        await desk.MovedAsync(Desk.Invoices, sooner, "sent");
        await desk.PayAsync(sooner, 1_00);

        async Task Finds(string query, params string[] ids) =>
            Assert.Equal(ids, (await (await desk.Owner.ReadAsync($"{Desk.Invoices}?{query}")).DataAsync()).AsArray().Select(row => (string)row!["id"]!));

        await Finds("", sooner, later);
        await Finds("sort=due_date&order=asc", sooner, later);
        await Finds("sort=due_date&order=desc", later, sooner);
        await Finds("sort=invoice_number&order=desc", sooner, later);
        await Finds("status=partial", sooner);
        await Finds($"job_id={desk.It.Job}", later);
        await Finds($"client_id={Guid.NewGuid()}");
        await Finds("q=inv-0001", sooner);
        var row = (await (await desk.Owner.ReadAsync($"{Desk.Invoices}?status=partial")).DataAsync())[0]!;
        Assert.Equal((1_00, 8_00, "Ada Lovelace"), ((long)row["paid_cents"]!, (long)row["balance_cents"]!, (string?)row["client_name"]));
        foreach (var query in new[] { "status=open", "sort=id", "order=up", "client_id=x", "limit=-1" })
        {
            await Desk.InvalidAsync(await desk.Owner.ReadAsync($"{Desk.Invoices}?{query}"), query);
        }
    }

    private static async Task<string> InStatusAsync(Desk desk, InvoiceStatus status)
    {
        var id = await desk.DraftAsync(Desk.Invoices, desk.Paper());
        if (status is InvoiceStatus.Draft) return id;

        await desk.MovedAsync(Desk.Invoices, id, "sent");
        if (status is InvoiceStatus.Void) await desk.MovedAsync(Desk.Invoices, id, "void");
        if (status is InvoiceStatus.Partial) await desk.PayAsync(id, 1);
        if (status is InvoiceStatus.Paid) await desk.PayAsync(id, 100_00);
        if (status is InvoiceStatus.Overdue) await desk.App.SqlAsync("update invoices set status = 'overdue' where id = $1", Desk.Id(id));
        return id;
    }
}
