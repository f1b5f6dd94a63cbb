using System.Net;
using System.Text.Json.Nodes;
using Outpost.FieldService.Tests.Documents;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Billing;

public sealed class BillingAJob(PostgresServer postgres)
{
    [Fact]
    public async Task Of_ten_at_once_one_bills_and_everything_is_billed_once()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        await WorkedAsync(desk);

        var answers = await desk.App.AtOnceAsync("jobs", desk.It.Job, [.. Enumerable.Range(0, 10).Select(_ => (Func<Task<HttpResponseMessage>>)(() => BillAsync(desk)))]);

        var billed = await Assert.Single(answers, a => a.StatusCode is HttpStatusCode.Created).DataAsync(HttpStatusCode.Created);
        foreach (var refused in answers.Where(a => a.StatusCode is not HttpStatusCode.Created)) await refused.RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");
        // 2 × 12.50, 90 minutes at 90.00, 50.00 + 20 %
        Assert.Equal(["Tap 2.00 2500", "Labour (hours) 1.50 13500", "Van fuel (Shell) 1.00 6000"],
            billed["invoice"]!["line_items"]!.AsArray().Select(l => $"{l!["description"]} {l["quantity"]} {l["total_cents"]}"));
        Assert.Equal((1L, 3L, 3L), ((long)(await desk.App.ValueAsync("select count(*) from invoices"))!, (long)(await desk.App.ValueAsync("select count(*) from billed_work"))!,
            (long)(await desk.App.ValueAsync("select count(*) from audit_log where entity_type = 'billed_work'"))!));
    }

    [Fact]
    public async Task Ten_who_each_have_their_own_draft_bill_each_thing_once_all_the_same()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        await WorkedAsync(desk);
        var drafts = new List<string>();
        for (var i = 0; i < 10; i++) drafts.Add(await desk.DraftAsync(Desk.Invoices, desk.Paper(job: desk.It.Job)));

        var answers = await Task.WhenAll(drafts.Select((draft, i) => BillAsync(desk, new { invoice_id = draft, include = new[] { i % 2 == 0 ? "part" : "time" } })));

        Assert.Equal(2, answers.Count(a => a.StatusCode is HttpStatusCode.Created));
        Assert.Equal(8, answers.Count(a => a.StatusCode is HttpStatusCode.Conflict));
        Assert.Equal(12L, await desk.App.ValueAsync("select count(*) from invoice_line_items"));
    }

    [Fact]
    public async Task What_is_billed_stays_until_its_invoice_is_void()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var (part, time, expense) = await WorkedAsync(desk);
        var first = (string)(await (await BillAsync(desk)).DataAsync(HttpStatusCode.Created))["invoice_id"]!;

        await (await desk.Owner.PatchAsync($"/api/v1/parts/{part}", new { quantity = 9 })).RefusedAsync(HttpStatusCode.UnprocessableEntity, "IMMUTABLE_ENTITY");
        await (await desk.Owner.DeleteAsync($"/api/v1/parts/{part}", FieldServiceUnderTest.Stop)).RefusedAsync(HttpStatusCode.UnprocessableEntity, "IMMUTABLE_ENTITY");
        await (await desk.Owner.PatchAsync($"/api/v1/time-entries/{time}", new { note = "x" })).RefusedAsync(HttpStatusCode.UnprocessableEntity, "IMMUTABLE_ENTITY");
        await (await desk.Owner.DeleteAsync($"/api/v1/time-entries/{time}", FieldServiceUnderTest.Stop)).RefusedAsync(HttpStatusCode.UnprocessableEntity, "IMMUTABLE_ENTITY");
        await (await desk.Owner.PatchAsync($"/api/v1/expenses/{expense}", new { amount_cents = 1 })).RefusedAsync(HttpStatusCode.UnprocessableEntity, "IMMUTABLE_ENTITY");
        await (await desk.Owner.DeleteAsync($"/api/v1/expenses/{expense}", FieldServiceUnderTest.Stop)).RefusedAsync(HttpStatusCode.UnprocessableEntity, "IMMUTABLE_ENTITY");
        // The technician cannot see invoices and is refused all the same.
        var tech = await desk.App.SignedInAsync(desk.App.Company.Tech);
        await (await tech.PatchAsync($"/api/v1/parts/{part}", new { quantity = 9 })).RefusedAsync(HttpStatusCode.UnprocessableEntity, "IMMUTABLE_ENTITY");
        await desk.MovedAsync(Desk.Invoices, first, "sent");
        await (await desk.Owner.DeleteAsync($"{Desk.Invoices}/{first}/billed-work", FieldServiceUnderTest.Stop)).RefusedAsync(HttpStatusCode.UnprocessableEntity, "IMMUTABLE_ENTITY");
        await desk.MovedAsync(Desk.Invoices, first, "void");

        await (await desk.Owner.PatchAsync($"/api/v1/parts/{part}", new { quantity = 4 })).DataAsync();
        var second = await (await BillAsync(desk)).DataAsync(HttpStatusCode.Created);
        Assert.Equal(3, second["billed"]!.AsArray().Count);
        Assert.Equal(50_00, (long)second["invoice"]!["line_items"]![0]!["total_cents"]!);
    }

    [Fact]
    public async Task A_draft_that_is_let_go_or_deleted_gives_its_work_back()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        await WorkedAsync(desk);
        var first = (string)(await (await BillAsync(desk)).DataAsync(HttpStatusCode.Created))["invoice_id"]!;
        Assert.Equal(3, (await (await desk.Owner.DeleteAsync($"{Desk.Invoices}/{first}/billed-work", FieldServiceUnderTest.Stop)).DataAsync())["things"]!.AsArray().Count);

        var second = (string)(await (await BillAsync(desk)).DataAsync(HttpStatusCode.Created))["invoice_id"]!;
        await (await BillAsync(desk)).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");
        Assert.True((await desk.Owner.DeleteAsync($"{Desk.Invoices}/{second}", FieldServiceUnderTest.Stop)).IsSuccessStatusCode);

        await (await BillAsync(desk)).DataAsync(HttpStatusCode.Created);
    }

    [Fact]
    public async Task What_has_no_price_is_named_and_left_and_a_retry_bills_nothing_more()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var visit = await desk.App.VisitAsync(desk.It.Job, desk.App.Company.Tech);
        var tech = await desk.App.SignedInAsync(desk.App.Company.Tech);
        var unpriced = (string)(await (await tech.PostAsync($"/api/v1/visits/{visit}/parts", new { description = "Odd part", quantity = 1 })).DataAsync(HttpStatusCode.Created))["id"]!;
        await (await BillAsync(desk)).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");
        await (await desk.Owner.PostAsync($"/api/v1/visits/{visit}/parts", new { description = "Tap", quantity = 1, unit_price = "0.0375" })).DataAsync(HttpStatusCode.Created);

        var answers = new List<string>();
        for (var i = 0; i < 3; i++) answers.Add(await (await BillAsync(desk, key: "once")).Content.ReadAsStringAsync(FieldServiceUnderTest.Stop));

        Assert.Single(answers.Distinct());
        Assert.Equal(unpriced, (string?)JsonNode.Parse(answers[0])!["data"]!["left_out"]![0]!["id"]);
        Assert.Equal(1L, await desk.App.ValueAsync("select count(*) from invoices"));
    }

    [Fact]
    public async Task Only_a_draft_of_the_same_job_takes_its_work()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        await WorkedAsync(desk);
        var other = await Desk.ForAsync(desk.App, desk.App.Company, "Somebody else");
        var issued = await desk.IssuedInvoiceAsync();
        var foreign = await desk.DraftAsync(Desk.Invoices, new { client_id = other.Client, line_items = Array.Empty<object>() });
        var flat = await desk.DraftAsync(Desk.Invoices, new { client_id = desk.It.Client, flat_rate_cents = 100 });

        await (await BillAsync(desk, new { invoice_id = issued })).RefusedAsync(HttpStatusCode.UnprocessableEntity, "IMMUTABLE_ENTITY");
        await (await BillAsync(desk, new { invoice_id = foreign })).RefusedAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        await (await BillAsync(desk, new { invoice_id = flat })).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");
        await (await BillAsync(desk, new { invoice_id = Guid.CreateVersion7() })).RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        Assert.Equal(0L, await desk.App.ValueAsync("select count(*) from billed_work"));
    }

    private static Task<HttpResponseMessage> BillAsync(Desk desk, object? body = null, string? key = null) => desk.Owner.PostAsync($"/api/v1/jobs/{desk.It.Job}/billing", body ?? new { }, key);

    /// <summary>A part, an hour and a half and an expense on the desk's job.</summary>
    internal static async Task<(string Part, string Time, string Expense)> WorkedAsync(Desk desk)
    {
        var visit = await desk.App.VisitAsync(desk.It.Job, desk.App.Company.Tech);
        var tech = desk.App.Company.Tech.Id;
        await (await desk.Owner.PostAsync($"/api/v1/users/{tech}/labour-rates", new { effective_on = "2026-01-01", cost_cents = 30_00, billing_cents = 90_00 })).DataAsync();
        return (
            await MadeAsync(desk, $"/api/v1/visits/{visit}/parts", new { description = "Tap", quantity = 2, unit_cost = "8.25", unit_price = "12.50" }),
            await MadeAsync(desk, "/api/v1/time-entries", new { user_id = tech, visit_id = visit, kind = "work", started_at = "2026-11-20T14:00:00Z", ended_at = "2026-11-20T15:30:00Z" }),
            await MadeAsync(desk, "/api/v1/expenses", new { category = "fuel", description = "Van fuel", vendor = "Shell", amount_cents = 50_00, spent_on = "2026-11-20", visit_id = visit, is_billable = true, markup_rate = 20 }));
    }

    private static async Task<string> MadeAsync(Desk desk, string path, object body) => (string)(await (await desk.Owner.PostAsync(path, body)).DataAsync(HttpStatusCode.Created))["id"]!;
}
