using System.Net;
using Outpost.FieldService.Tests.Documents;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Invoices;

public sealed class IssuingInvoices(PostgresServer postgres)
{
    [Fact]
    public async Task A_draft_has_no_number_and_an_issued_one_keeps_its_own_even_when_void()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var first = await desk.DraftAsync(Desk.Invoices, desk.Paper());
        var second = await desk.DraftAsync(Desk.Invoices, desk.Paper());
        Assert.Null((await desk.GetAsync(Desk.Invoices, first))["invoice_number"]);

        await desk.MovedAsync(Desk.Invoices, second, "sent");
        await desk.MovedAsync(Desk.Invoices, second, "sent");
        await desk.MovedAsync(Desk.Invoices, second, "void");
        await desk.MovedAsync(Desk.Invoices, first, "sent");

        Assert.Equal(("INV-0001", "void"), (await NumberAsync(desk, second), await desk.StatusAsync(Desk.Invoices, second)));
        Assert.Equal("INV-0002", await NumberAsync(desk, first));
        Assert.Equal("2026-11-21T15:00:00.000Z", (string?)(await desk.GetAsync(Desk.Invoices, first))["sent_at"]);
    }

    [Fact]
    public async Task Fifty_at_once_get_fifty_consecutive_numbers_and_each_company_has_its_own()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var drafts = new List<string>();
        for (var i = 0; i < 50; i++) drafts.Add(await desk.DraftAsync(Desk.Invoices, desk.Paper(job: desk.It.Job)));

        var answers = await Task.WhenAll(drafts.Select(id => desk.MoveAsync(Desk.Invoices, id, "sent")));

        Assert.All(answers, a => Assert.Equal(HttpStatusCode.OK, a.StatusCode));
        var numbers = await Task.WhenAll(answers.Select(async a => (string)(await a.DataAsync())["invoice_number"]!));
        Assert.Equal(Enumerable.Range(1, 50).Select(n => $"INV-{n:0000}"), numbers.Order());

        var south = await desk.App.CompanyAsync("south");
        var its = await Desk.ForAsync(desk.App, south);
        var owner = await desk.App.SignedInAsync(south.Owner);
        var draft = (string)(await (await owner.PostAsync(Desk.Invoices, new { client_id = its.Client, flat_rate_cents = 1 })).DataAsync(HttpStatusCode.Created))["id"]!;
        Assert.Equal("INV-0001", (string?)(await (await owner.PostAsync($"{Desk.Invoices}/{draft}/transition", new { status = "sent" })).DataAsync())["invoice_number"]);
    }

    [Fact]
    public async Task An_issue_that_fails_after_it_took_a_number_leaves_no_gap()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        await desk.IssuedInvoiceAsync();
        var broken = await desk.DraftAsync(Desk.Invoices, desk.Paper());
        // Its lines no longer add up: the database refuses to issue it, after the number was taken.
        await desk.App.SqlAsync("alter table invoices disable trigger invoices_stay; update invoices set subtotal_cents = 1, total_cents = 1 where status = 'draft'; alter table invoices enable trigger invoices_stay");

        Assert.NotEqual(HttpStatusCode.OK, (await desk.MoveAsync(Desk.Invoices, broken, "sent")).StatusCode);

        Assert.Equal("draft", await desk.StatusAsync(Desk.Invoices, broken));
        Assert.Equal("INV-0002", await NumberAsync(desk, await desk.IssuedInvoiceAsync()));
    }

    [Fact]
    public async Task A_caller_who_hangs_up_while_the_series_is_locked_leaves_no_gap()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        await desk.IssuedInvoiceAsync();
        var left = await desk.DraftAsync(Desk.Invoices, desk.Paper());
        await using var other = await desk.App.Database.Superuser.OpenConnectionAsync(FieldServiceUnderTest.Stop);
        await using var holding = await other.BeginTransactionAsync(FieldServiceUnderTest.Stop);
        await using (var hold = new Npgsql.NpgsqlCommand("select * from number_series for update", other)) await hold.ExecuteNonQueryAsync(FieldServiceUnderTest.Stop);

        using var hangUp = new CancellationTokenSource();
        var issuing = desk.Owner.PostAsync($"{Desk.Invoices}/{left}/transition", new StringContent("""{"status":"sent"}""", System.Text.Encoding.UTF8, "application/json"), hangUp.Token);
        await desk.WaitingAsync(1);
        await hangUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => issuing);
        await desk.WaitingForNobodyAsync();
        await holding.CommitAsync(FieldServiceUnderTest.Stop);

        Assert.Equal("draft", await desk.StatusAsync(Desk.Invoices, left));
        Assert.Equal("INV-0002", await NumberAsync(desk, await desk.IssuedInvoiceAsync()));
    }

    [Fact]
    public void The_ten_thousandth_invoice_has_five_digits() =>
        Assert.Equal(["INV-0001", "INV-9999", "INV-10000"], new long[] { 1, 9999, 10_000 }.Select(FieldService.Invoices.InvoiceNumbers.Written));

    [Fact]
    public async Task It_is_due_after_the_terms_of_the_company_on_the_companys_calendar()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        // 2026-11-21T04:30Z is still the evening of the 20th in New York.
        desk.App.Clock.Advance(TimeSpan.FromHours(-10.5));

        foreach (var (zone, settings, due) in new[]
                 {
                     ("America/New_York", "{}", "2026-12-04"),
                     ("Asia/Tokyo", "{}", "2026-12-05"),
                     ("America/New_York", """{"payment_terms_days": 30}""", "2026-12-20"),
                     ("America/New_York", """{"payment_terms_days": 0}""", "2026-11-20"),
                     ("America/New_York", """{"payment_terms_days": "soon"}""", "2026-12-04"),
                     ("America/New_York", """{"payment_terms_days": -1e30}""", "2026-12-04"),
                     ("No/Such_Zone", "{}", "2026-12-05"),
                 })
        {
            await desk.App.SqlAsync("update accounts set time_zone = $1, settings = $2::jsonb", zone, settings);
            Assert.Equal((zone, settings, due), (zone, settings, (string?)(await desk.GetAsync(Desk.Invoices, await desk.IssuedInvoiceAsync()))["due_date"]));
        }
    }

    [Fact]
    public async Task A_due_date_that_was_agreed_stays_the_day_it_was()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        foreach (var written in new[] { "2027-01-31", "2027-01-31T00:00:00.000Z", "2027-01-31T23:59:00-05:00" })
        {
            var id = await desk.DraftAsync(Desk.Invoices, new { client_id = desk.It.Client, flat_rate_cents = 1, due_date = written });

            await desk.MovedAsync(Desk.Invoices, id, "sent");

            Assert.Equal("2027-01-31", (string?)(await desk.GetAsync(Desk.Invoices, id))["due_date"]);
        }
    }

    [Fact]
    public async Task What_costs_nothing_is_paid_at_once()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await desk.DraftAsync(Desk.Invoices, desk.Paper(0, 10));

        var invoice = await (await desk.MoveAsync(Desk.Invoices, id, "sent")).DataAsync();

        Assert.Equal(("paid", "INV-0001", "2026-11-21T15:00:00.000Z"), ((string?)invoice["status"], (string?)invoice["invoice_number"], (string?)invoice["paid_at"]));
    }

    [Fact]
    public async Task An_empty_one_cannot_go_out()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await desk.DraftAsync(Desk.Invoices, new { client_id = desk.It.Client });

        await (await desk.MoveAsync(Desk.Invoices, id, "sent")).RefusedAsync(HttpStatusCode.UnprocessableEntity, "PRECONDITION_FAILED");
    }

    [Fact]
    public async Task A_completed_job_is_invoiced_with_it()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        await desk.App.SqlAsync("alter table jobs disable trigger jobs_moves; update jobs set status = 'completed'; alter table jobs enable trigger jobs_moves");
        var id = await desk.DraftAsync(Desk.Invoices, desk.Paper(job: desk.It.Job));
        Assert.Equal("completed", await desk.App.ValueAsync("select status from jobs"));

        await desk.MovedAsync(Desk.Invoices, id, "sent");

        Assert.Equal("invoiced", await desk.App.ValueAsync("select status from jobs"));
    }

    private static async Task<string?> NumberAsync(Desk desk, string id) => (string?)(await desk.GetAsync(Desk.Invoices, id))["invoice_number"];
}
