using System.Net;
using System.Text.Json.Nodes;
using Outpost.FieldService.Recurring;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Recurring;

public sealed class MakingInvoices(PostgresServer postgres)
{
    private const string Plans = "/api/v1/invoice-plans";

    [Fact]
    public async Task When_its_time_has_come_there_is_a_draft_and_before_there_is_none()
    {
        await using var planner = await Planner.OpenAsync(postgres);
        var plan = await PlanAsync(planner);
        Assert.Equal(0, await WorkAsync(planner));

        await planner.WaitAsync(10);
        Assert.Equal(1, await WorkAsync(planner));
        Assert.Equal(0, await WorkAsync(planner));

        Assert.Equal(["draft - 10825 2026-12-31"], await InvoicesAsync(planner));
        var shown = await planner.GetAsync($"{Plans}/{plan}");
        Assert.Equal(("2027-01-01T13:00:00.000Z", 1), ((string?)shown["next_at"], (int)shown["version"]!));
        Assert.Equal("draft", (string?)Assert.Single((await planner.GetAsync($"{Plans}/{plan}/occurrences")).AsArray())!["invoice_status"]);
        Assert.Equal(1L, await planner.App.ValueAsync("select count(*) from audit_log where entity_type = 'invoice' and action = 'insert' and actor_id is null"));
    }

    [Fact]
    public async Task Months_without_a_worker_are_made_up_for_once_each_and_issued_in_order()
    {
        await using var planner = await Planner.OpenAsync(postgres);
        await PlanAsync(planner, new { issues = true });
        await planner.WaitAsync(80);

        var made = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => WorkAsync(planner)));
        var rest = await WorkAsync(planner);

        Assert.Equal(3, made.Sum() + rest);
        Assert.Equal(["sent INV-0001 10825 2027-03-11", "sent INV-0002 10825 2027-03-11", "sent INV-0003 10825 2027-03-11"], await InvoicesAsync(planner));
    }

    [Fact]
    public async Task A_plan_that_cannot_be_made_says_why_keeps_no_other_and_is_made_later()
    {
        await using var planner = await Planner.OpenAsync(postgres);
        var broken = await PlanAsync(planner, new { title = "Broken" });
        await PlanAsync(planner, new { title = "Sound" });
        var template = (string)(await planner.App.ValueAsync("select template::text from invoice_plans where id = $1", Guid.Parse(broken)))!;
        await planner.App.SqlAsync("update invoice_plans set template = jsonb_set(template, '{property_id}', to_jsonb(gen_random_uuid()::text)) where id = $1", Guid.Parse(broken));
        await planner.WaitAsync(12);

        Assert.Equal(1, await WorkAsync(planner));
        Assert.Equal(0, await WorkAsync(planner));
        Assert.Equal("There is no such property.", (string?)(await planner.GetAsync($"{Plans}/{broken}"))["trouble"]);
        Assert.Equal(1L, await planner.App.ValueAsync("select count(*) from invoices"));

        await planner.App.SqlAsync("update invoice_plans set template = $2::jsonb where id = $1", Guid.Parse(broken), template);
        Assert.Equal(1, await WorkAsync(planner));
        Assert.Null((await planner.GetAsync($"{Plans}/{broken}"))["trouble"]);
    }

    [Fact]
    public async Task A_change_concerns_what_is_to_come_and_a_day_is_never_billed_twice()
    {
        await using var planner = await Planner.OpenAsync(postgres);
        var plan = await PlanAsync(planner);
        await planner.WaitAsync(10);
        await WorkAsync(planner);

        var changed = await (await planner.Owner.PatchAsync($"{Plans}/{plan}", new { starts_at_local = "2026-12-01T20:00", terms_days = 10 })).DataAsync();
        Assert.Equal("2027-01-02T01:00:00.000Z", (string?)changed["next_at"]);
        await (await planner.Owner.PostAsync($"{Plans}/{plan}/transition", new { status = "paused" })).DataAsync();
        await planner.WaitAsync(50);
        Assert.Equal(0, await WorkAsync(planner));
        var resumed = await (await planner.Owner.PostAsync($"{Plans}/{plan}/transition", new { status = "active" })).DataAsync();
        Assert.Equal("2027-02-02T01:00:00.000Z", (string?)resumed["next_at"]);
        Assert.Single(await InvoicesAsync(planner));
        await (await planner.Owner.PostAsync($"{Plans}/{plan}/transition", new { status = "ended" })).DataAsync();
        await (await planner.Owner.PatchAsync($"{Plans}/{plan}", new { title = "No" })).RefusedAsync(HttpStatusCode.UnprocessableEntity, "IMMUTABLE_ENTITY");
    }

    [Fact]
    public async Task What_could_not_be_billed_is_no_plan()
    {
        await using var planner = await Planner.OpenAsync(postgres);
        var south = await planner.App.CompanyAsync("south");
        var theirs = await planner.App.ClientAsync(of: south);
        object[] lines = [new { description = "Service plan", quantity = 1, unit_price_cents = 100_00 }];

        async Task Refused(HttpStatusCode status, string code, object invoice) => await (await planner.Owner.PostAsync(Plans, Form(planner, new { invoice }))).RefusedAsync(status, code);
        await Refused(HttpStatusCode.NotFound, "NOT_FOUND", new { client_id = theirs, line_items = lines });
        await Refused(HttpStatusCode.UnprocessableEntity, "PRECONDITION_FAILED", new { client_id = planner.Client });
        await Refused(HttpStatusCode.BadRequest, "VALIDATION_ERROR", new { client_id = planner.Client, line_items = lines, due_date = "2026-12-24" });
        await Refused(HttpStatusCode.BadRequest, "VALIDATION_ERROR", new { client_id = planner.Client, line_items = new[] { new { description = "x", quantity = 0, unit_price_cents = 1 } } });
        await (await (await planner.App.SignedInAsync(planner.App.Company.Tech)).ReadAsync(Plans)).RefusedAsync(HttpStatusCode.Forbidden, "FORBIDDEN");
        Assert.Equal(0L, await planner.App.ValueAsync("select count(*) from invoice_plans"));
    }

    private static Task<int> WorkAsync(Planner planner) => MakeDueInvoices.RunAsync(planner.AtWork(), FieldServiceUnderTest.Stop);

    private static async Task<string> PlanAsync(Planner planner, object? other = null) =>
        (string)(await (await planner.Owner.PostAsync(Plans, Form(planner, other))).DataAsync(HttpStatusCode.Created))["id"]!;

    private static JsonObject Form(Planner planner, object? other = null)
    {
        var form = (JsonObject)System.Text.Json.JsonSerializer.SerializeToNode(new
        {
            title = "Service plan", terms_days = 30, starts_at_local = "2026-12-01T08:00", rrule = "FREQ=MONTHLY",
            invoice = new
            {
                client_id = planner.Client, property_id = planner.Property, tax_rate = 8.25,
                line_items = new[] { new { description = "Service plan", quantity = 1, unit_price_cents = 100_00 } },
            },
        })!;
        foreach (var (name, value) in System.Text.Json.JsonSerializer.SerializeToNode(other ?? new { })!.AsObject()) form[name] = value?.DeepClone();
        return form;
    }

    private static async Task<string[]> InvoicesAsync(Planner planner) => ((string)(await planner.App.ValueAsync("""
        select coalesce(string_agg(status || ' ' || coalesce(invoice_number, '-') || ' ' || total_cents || ' ' || due_date, '|' order by invoice_number, id), '') from invoices
        """))!).Split('|', StringSplitOptions.RemoveEmptyEntries);
}
