using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Outpost.FieldService.Tests.Documents;
using Outpost.FieldService.Tests.Payments;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Reports;

public sealed class ReportsOfMoney(PostgresServer postgres)
{
    [Theory]
    // The last moment of November and the first of December, where the company is.
    [InlineData("America/New_York", "2026-12-01T04:59:59Z", "2026-12-01T05:00:00Z")]
    [InlineData("Pacific/Kiritimati", "2026-11-30T09:59:59Z", "2026-11-30T10:00:00Z")]
    [InlineData("Asia/Kathmandu", "2026-11-30T18:14:59Z", "2026-11-30T18:15:00Z")]
    [InlineData("No/Such_Zone", "2026-11-30T23:59:59Z", "2026-12-01T00:00:00Z")]
    public async Task A_month_ends_at_midnight_where_the_company_is(string zone, string november, string december)
    {
        await using var desk = await Desk.OpenAsync(postgres);
        await desk.App.SqlAsync("update accounts set time_zone = $1", zone);
        foreach (var (at, cents) in new[] { (november, 100_00), (december, 7_00) })
        {
            desk.App.Clock.Advance(DateTimeOffset.Parse(at, CultureInfo.InvariantCulture) - desk.App.Clock.GetUtcNow());
            using var owner = await desk.App.SignedInAsync();
            var id = (string)(await (await owner.PostAsync(Desk.Invoices, desk.Paper(cents, 10))).DataAsync(HttpStatusCode.Created))["id"]!;
            await (await owner.PostAsync($"{Desk.Invoices}/{id}/transition", new { status = "sent" })).DataAsync();
            await (await owner.PostAsync($"{Desk.Invoices}/{id}/payments", new { amount_cents = cents, method = "cash" })).DataAsync(HttpStatusCode.Created);
        }

        using var reader = await desk.App.SignedInAsync();
        var revenue = await (await reader.ReadAsync("/api/v1/reports/revenue?by=month&from=2026-11&to=2026-12")).DataAsync();
        Assert.Equal(["2026-11 1 10000 1000 11000 10000", "2026-12 1 700 70 770 700"],
            revenue.AsArray().Select(m => $"{m!["month"]} {m["invoices"]} {m["invoiced_cents"]} {m["tax_cents"]} {m["total_cents"]} {m["received_cents"]}"));
        var taxes = await (await reader.ReadAsync("/api/v1/reports/taxes?from=2026-11&to=2026-12")).DataAsync();
        Assert.Equal(["2026-11 10 10000 1000", "2026-12 10 700 70"], taxes.AsArray().Select(t => $"{t!["month"]} {t["tax_rate"]} {t["base_cents"]} {t["net_tax_cents"]}"));
    }

    [Fact]
    public async Task Credit_notes_refunds_and_write_offs_count_when_they_happen_and_a_void_invoice_nowhere()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        await desk.MovedAsync(Desk.Invoices, await desk.IssuedInvoiceAsync(77_00), "void");
        var taxed = await desk.DraftAsync(Desk.Invoices, desk.Paper(100_00, 10));
        await desk.MovedAsync(Desk.Invoices, taxed, "sent");
        var payment = await desk.PaymentAsync(taxed, 110_00);
        await desk.RefundAsync(payment, 20_00);
        var line = (string)(await desk.GetAsync(Desk.Invoices, taxed))["line_items"]![0]!["id"]!;
        await desk.CreditNoteAsync(taxed, new { reason = "Too much", line_items = new[] { new { invoice_line_item_id = line, amount_cents = 10_00 } } });
        await desk.WriteOffAsync(taxed);

        var month = (await (await desk.Owner.ReadAsync("/api/v1/reports/revenue?from=2026-11&to=2026-11")).DataAsync())[0]!;
        Assert.Equal("1 10000 1000 1 1000 100 9000 11000 2000 900", string.Join(' ', new[]
        {
            "invoices", "invoiced_cents", "tax_cents", "credit_notes", "credited_cents", "credited_tax_cents", "net_cents", "received_cents", "refunded_cents", "written_off_cents",
        }.Select(field => month[field]!.ToString())));
        var tax = (await (await desk.Owner.ReadAsync("/api/v1/reports/taxes?from=2026-11&to=2026-11")).DataAsync()).AsArray().Single()!;
        Assert.Equal("10000 1000 1000 100 900", $"{tax["base_cents"]} {tax["tax_cents"]} {tax["credited_base_cents"]} {tax["credited_tax_cents"]} {tax["net_tax_cents"]}");
    }

    [Fact]
    public async Task Receivables_age_by_the_days_since_they_were_due()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        // Today is 21 November in New York.
        foreach (var (due, cents) in new[] { ("2026-11-21", 1), ("2026-11-20", 2), ("2026-10-22", 4), ("2026-10-21", 8), ("2026-09-22", 16), ("2026-09-21", 32), ("2026-08-23", 64), ("2026-08-22", 128) })
        {
            var id = await desk.DraftAsync(Desk.Invoices, new { client_id = desk.It.Client, flat_rate_cents = cents, due_date = due });
            await desk.MovedAsync(Desk.Invoices, id, "sent");
        }

        await desk.DraftAsync(Desk.Invoices, desk.Paper());
        await desk.PayOverAsync(await desk.IssuedInvoiceAsync(50), 55);
        var other = await Desk.ForAsync(desk.App, desk.App.Company, "=cmd|' /C calc'!A0");
        var theirs = await desk.DraftAsync(Desk.Invoices, new { client_id = other.Client, flat_rate_cents = 10_00, due_date = "2026-12-24" });
        await desk.MovedAsync(Desk.Invoices, theirs, "sent");
        await desk.PayAsync(theirs, 4_00);

        var report = await (await desk.Owner.ReadAsync("/api/v1/reports/receivables?sort=total_cents&order=asc")).JsonAsync();

        static string Ages(JsonNode? of) => string.Join(' ', new[] { "current_cents", "up_to_30_cents", "up_to_60_cents", "up_to_90_cents", "over_90_cents", "total_cents" }.Select(field => of![field]!.ToString()));
        Assert.Equal(["1 6 24 96 128 255", "600 0 0 0 0 600"], report["data"]!.AsArray().Select(Ages));
        Assert.Equal((8, 5L), ((int)report["data"]![0]!["invoices"]!, (long)report["data"]![0]!["credit_cents"]!));
        Assert.Equal("601 6 24 96 128 855", Ages(report["totals"]));
        Assert.Equal(2, (int)report["pagination"]!["total"]!);

        // In a spreadsheet a client's name is no formula.
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/reports/receivables?sort=client_name");
        request.Headers.Accept.ParseAdd("text/csv");
        var csv = await desk.Owner.SendAsync(request, FieldServiceUnderTest.Stop);
        Assert.Equal("text/csv", csv.Content.Headers.ContentType!.MediaType);
        var text = await csv.Content.ReadAsStringAsync(FieldServiceUnderTest.Stop);
        Assert.Contains(",'=cmd|' /C calc'!A0,1,2026-12-24,6.00,0.00,0.00,0.00,0.00,6.00,0.00\r\n", text, StringComparison.Ordinal);
        Assert.Equal(3, text.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Theory]
    [InlineData("receivables?sort=password")]
    [InlineData("receivables?limit=0")]
    [InlineData("receivables?format=pdf")]
    [InlineData("revenue?by=hour")]
    [InlineData("revenue?from=2026-13")]
    [InlineData("revenue?from=yesterday")]
    [InlineData("revenue?from=2026-02&to=2026-01")]
    [InlineData("revenue?from=1900-01&to=2299-12")]
    [InlineData("taxes?to=2026-1")]
    [InlineData("sequence?series=%00")]
    public async Task What_cannot_be_meant_is_refused_by_name(string report)
    {
        await using var desk = await Desk.OpenAsync(postgres);
        await (await desk.Owner.ReadAsync($"/api/v1/reports/{report}")).RefusedAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");
    }

    [Theory]
    [InlineData("receivables")]
    [InlineData("revenue")]
    [InlineData("taxes")]
    [InlineData("sequence")]
    public async Task Every_report_comes_as_a_file_too_and_is_the_offices_alone(string report)
    {
        await using var desk = await Desk.OpenAsync(postgres);
        await desk.IssuedInvoiceAsync();
        var answer = await desk.Owner.ReadAsync($"/api/v1/reports/{report}?format=csv");
        Assert.Equal((HttpStatusCode.OK, "text/csv"), (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
        Assert.True((await answer.Content.ReadAsStringAsync(FieldServiceUnderTest.Stop)).Split("\r\n").Length > 2);

        using var tech = await desk.App.SignedInAsync(desk.App.Company.Tech);
        await (await tech.ReadAsync($"/api/v1/reports/{report}")).RefusedAsync(HttpStatusCode.Forbidden, "FORBIDDEN");
    }
}
