using System.Net;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Tests.Documents;
using Outpost.FieldService.Tests.Payments;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Invoices;

public sealed class NumberingDocuments(PostgresServer postgres)
{
    [Fact]
    public async Task A_company_that_restarts_yearly_does_so_at_its_own_new_year()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        await desk.App.SqlAsync("update accounts set time_zone = 'America/New_York', settings = $1::jsonb", """{"numbering": {"invoice": {"prefix": "R", "digits": 3, "restarts_yearly": true}}}""");
        Assert.Equal(["R2026-001", "R2026-002"], [await NumberAsync(desk), await NumberAsync(desk)]);

        // 04:59Z on 1 January is still New Year's Eve in New York.
        foreach (var (at, number) in new[] { ("2027-01-01T04:59:00Z", "R2026-003"), ("2027-01-01T05:00:00Z", "R2027-001") })
        {
            desk.App.Clock.Advance(DateTimeOffset.Parse(at, System.Globalization.CultureInfo.InvariantCulture) - desk.App.Clock.GetUtcNow());
            using var owner = await desk.App.SignedInAsync();
            var draft = await DraftAsync(desk, owner);
            Assert.Equal(number, (string?)(await (await owner.PostAsync($"{Desk.Invoices}/{draft}/transition", new { status = "sent" })).DataAsync())["invoice_number"]);
        }

        await desk.BalancedAsync();
    }

    [Fact]
    public async Task A_changed_pattern_goes_on_counting_and_one_that_would_repeat_a_number_is_refused()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var first = await NumberAsync(desk);
        await desk.App.SqlAsync("update accounts set settings = $1::jsonb", """{"numbering": {"invoice": {"pattern": "{number}/{year}", "digits": 2}}}""");
        var second = await NumberAsync(desk);
        // The count of the year begins at 1, and 01/2026 … is free; then 02/2026 was given before.
        await desk.App.SqlAsync("update accounts set settings = $1::jsonb", """{"numbering": {"invoice": {"pattern": "{number}/{year}", "digits": 2, "restarts_yearly": true}}}""");
        var third = await NumberAsync(desk);
        var draft = await desk.DraftAsync(Desk.Invoices, desk.Paper());
        await (await desk.MoveAsync(Desk.Invoices, draft, "sent")).RefusedAsync(HttpStatusCode.UnprocessableEntity, "PRECONDITION_FAILED");

        Assert.Equal(["INV-0001", "02/2026", "01/2026"], [first, second, third]);
        Assert.Equal("draft", await desk.StatusAsync(Desk.Invoices, draft));
        await desk.BalancedAsync();
    }

    [Fact]
    public async Task Ten_issues_and_ten_credit_notes_at_once_leave_no_gap_in_either_series()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var (drafts, issued) = (new List<string>(), new List<string>());
        for (var i = 0; i < 10; i++)
        {
            drafts.Add(await desk.DraftAsync(Desk.Invoices, desk.Paper()));
            issued.Add(await desk.IssuedInvoiceAsync());
        }

        var answers = await Task.WhenAll([.. drafts.Select(id => desk.MoveAsync(Desk.Invoices, id, "sent")), .. issued.Select(id => desk.CreditNoteAsync(id))]);

        Assert.All(answers, a => Assert.True(a.IsSuccessStatusCode));
        var report = await (await desk.Owner.ReadAsync("/api/v1/reports/sequence?limit=100")).JsonAsync();
        Assert.Equal([.. Enumerable.Range(1, 10).Select(n => $"CN-{n:0000}"), .. Enumerable.Range(1, 20).Select(n => $"INV-{n:0000}")], report["data"]!.AsArray().Select(n => (string)n!["number"]!));
        Assert.Equal(["credit_note 10 0", "invoice 20 0"], report["series"]!.AsArray().Select(s => $"{s!["series"]} {s["given"]} {s["missing"]}"));
        await desk.BalancedAsync();
    }

    [Fact]
    public async Task The_database_takes_no_number_that_does_not_follow_the_last()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var draft = Desk.Id(await desk.DraftAsync(Desk.Invoices, desk.Paper()));
        await desk.IssuedInvoiceAsync();

        var gap = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => desk.App.SqlAsync(
            "insert into document_numbers (account_id, series, position, number, document, invoice_id, issued_at) values ($1, 'invoice', 3, 'INV-0003', 'invoice', $2, now())", desk.App.Company.Account, draft));

        Assert.Equal("numbers_have_no_gap", gap.ConstraintName);
    }

    [Theory]
    [InlineData("{}", "INV-0007")]
    [InlineData("""{"numbering":null}""", "INV-0007")]
    [InlineData("""{"numbering":{"invoice":null},"late_fees":{"stages":null}}""", "INV-0007")]
    [InlineData("""{"numbering":{"invoice":{"digits":0}}}""", "INV-0007")]
    [InlineData("""{"numbering":{"invoice":{"pattern":"always the same"}}}""", "INV-0007")]
    [InlineData("""{"numbering":{"invoice":{"pattern":"{number}","restarts_yearly":true}}}""", "INV-0007")]
    [InlineData("""{"numbering":{"invoice":{"prefix":"","digits":1}}}""", "INV-7")]
    [InlineData("""{"numbering":{"invoice":{"pattern":"{year}/{prefix}{number}","prefix":"A"}}}""", "2026/A0007")]
    public void A_form_that_makes_no_sense_is_the_usual_one(string settings, string number)
    {
        var read = AccountSettings.Read(settings).Numbering.Invoice;
        Assert.Equal(number, read.Written("INV-", 2026, 7));
    }

    private static async Task<string> NumberAsync(Desk desk) => (string)(await desk.GetAsync(Desk.Invoices, await desk.IssuedInvoiceAsync()))["invoice_number"]!;

    private static async Task<string> DraftAsync(Desk desk, HttpClient owner) =>
        (string)(await (await owner.PostAsync(Desk.Invoices, desk.Paper())).DataAsync(HttpStatusCode.Created))["id"]!;
}
