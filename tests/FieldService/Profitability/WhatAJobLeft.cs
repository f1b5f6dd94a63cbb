using System.Net;
using FsCheck;
using FsCheck.Fluent;
using Outpost.FieldService.Profitability;
using Outpost.FieldService.Tests.Billing;
using Outpost.FieldService.Tests.Documents;
using Outpost.Kernel;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Profitability;

public sealed class WhatAJobLeft(PostgresServer postgres)
{
    [Fact]
    public async Task It_is_what_was_invoiced_less_parts_hours_and_expenses()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        await BillingAJob.WorkedAsync(desk);
        var visit = await desk.App.VisitAsync(desk.It.Job, desk.App.Company.Tech);
        var tech = await desk.App.SignedInAsync(desk.App.Company.Tech);
        // A break costs nothing, a part without a cost is only counted, drafts and void invoices bring nothing.
        await (await tech.PostAsync("/api/v1/time-entries", new { visit_id = visit, kind = "break", started_at = "2026-11-20T16:00:00Z", ended_at = "2026-11-20T17:00:00Z" })).DataAsync(HttpStatusCode.Created);
        await (await tech.PostAsync($"/api/v1/visits/{visit}/parts", new { description = "Odd part", quantity = 1 })).DataAsync(HttpStatusCode.Created);
        var invoice = (string)(await (await desk.Owner.PostAsync($"/api/v1/jobs/{desk.It.Job}/billing", new { tax_rate = 10 })).DataAsync(HttpStatusCode.Created))["invoice_id"]!;
        Assert.Equal(0, (long)(await ProfitAsync(desk))["revenue_cents"]!);
        await desk.MovedAsync(Desk.Invoices, invoice, "sent");
        var gone = await desk.DraftAsync(Desk.Invoices, desk.Paper(job: desk.It.Job));
        await desk.MovedAsync(Desk.Invoices, gone, "sent");
        await desk.MovedAsync(Desk.Invoices, gone, "void");

        var profit = await ProfitAsync(desk);

        Assert.Equal(
            "220.00 = 16.50 + 45.00 + 50.00 + 108.50, 49.32 %, 5400 s, 1 0 0",
            FormattableString.Invariant($"{Cents(profit, "revenue_cents")} = {Cents(profit, "parts_cost_cents")} + {Cents(profit, "labour_cost_cents")} + {Cents(profit, "expenses_cents")} + {Cents(profit, "profit_cents")}, {(decimal)profit["margin_percent"]!} %, {(long)profit["worked_seconds"]!} s, {(int)profit["parts_without_cost"]!} {(int)profit["time_without_rate"]!} {(int)profit["running_timers"]!}"));
        var month = await (await desk.Owner.ReadAsync("/api/v1/profitability?month=2026-11")).JsonAsync();
        var row = Assert.Single(month["data"]!.AsArray())!;
        foreach (var field in new[] { "revenue_cents", "parts_cost_cents", "labour_cost_cents", "expenses_cents", "profit_cents" })
        {
            Assert.Equal((long)profit[field]!, (long)row[field]!);
            Assert.Equal((long)profit[field]!, (long)month["totals"]![field]!);
        }

        Assert.Empty((await (await desk.Owner.ReadAsync("/api/v1/profitability?month=2026-10")).DataAsync()).AsArray());
    }

    [Fact]
    public async Task What_a_credit_note_takes_back_was_not_brought_in()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var invoice = await desk.DraftAsync(Desk.Invoices, desk.Paper(job: desk.It.Job));
        await desk.MovedAsync(Desk.Invoices, invoice, "sent");
        var subtotal = (long)(await desk.GetAsync(Desk.Invoices, invoice))["subtotal_cents"]!;
        Assert.Equal(subtotal, (long)(await ProfitAsync(desk))["revenue_cents"]!);

        await (await desk.Owner.PostAsync($"{Desk.Invoices}/{invoice}/credit-notes", new { reason = "The wrong boiler" })).DataAsync(HttpStatusCode.Created);

        Assert.True(subtotal > 0);
        Assert.Equal(0, (long)(await ProfitAsync(desk))["revenue_cents"]!);
        Assert.Equal(0, (long)(await (await desk.Owner.ReadAsync("/api/v1/profitability?month=2026-11")).JsonAsync())["totals"]!["revenue_cents"]!);
    }

    [Fact]
    public async Task An_hour_costs_what_it_cost_on_its_day_at_home()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var visit = await desk.App.VisitAsync(desk.It.Job, desk.App.Company.Tech);
        var tech = desk.App.Company.Tech.Id;
        foreach (var (day, cents) in new[] { ("2026-01-01", 10_00), ("2026-11-20", 20_00) })
        {
            await (await desk.Owner.PostAsync($"/api/v1/users/{tech}/labour-rates", new { effective_on = day, cost_cents = cents })).DataAsync();
        }

        // One hour each: on the 19th and, an hour later, on the 20th in New York; in UTC both are the 20th.
        foreach (var (from, to) in new[] { ("2026-11-20T04:00:00Z", "2026-11-20T05:00:00Z"), ("2026-11-20T05:00:00Z", "2026-11-20T06:00:00Z") })
        {
            await (await desk.Owner.PostAsync("/api/v1/time-entries", new { user_id = tech, visit_id = visit, kind = "work", started_at = from, ended_at = to })).DataAsync(HttpStatusCode.Created);
        }

        Assert.Equal(30_00, (long)(await ProfitAsync(desk))["labour_cost_cents"]!);
    }

    [Fact]
    public async Task A_technician_learns_nothing_of_it()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        await BillingAJob.WorkedAsync(desk);
        var tech = await desk.App.SignedInAsync(desk.App.Company.Tech);

        foreach (var path in new[] { $"/api/v1/jobs/{desk.It.Job}/profitability", "/api/v1/profitability" })
        {
            await (await tech.ReadAsync(path)).RefusedAsync(HttpStatusCode.Forbidden, "FORBIDDEN");
        }

        foreach (var path in new[] { "/api/v1/time-entries", "/api/v1/hours", "/api/v1/expenses", "/api/v1/price-book" })
        {
            var text = await (await tech.ReadAsync(path)).Content.ReadAsStringAsync(FieldServiceUnderTest.Stop);
            foreach (var secret in new[] { "unit_cost", "rate", "margin", "markup", "charge", "billing_cents" }) Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Profit_and_costs_always_add_up_to_the_revenue() => Prop.ForAll(
        Gen.Choose(0, int.MaxValue).Select(cents => new Money(cents)).ArrayOf(4).ToArbitrary(), cents =>
        {
            var figures = new JobFigures(cents[0], cents[1], cents[2], cents[3]);
            return figures.ProfitCents + figures.PartsCostCents + figures.LabourCostCents + figures.ExpensesCents == figures.RevenueCents
                && (figures.MarginPercent is null) == (figures.RevenueCents == Money.Zero);
        }).QuickCheckThrowOnFailure();

    private static async Task<System.Text.Json.Nodes.JsonNode> ProfitAsync(Desk desk) => await (await desk.Owner.ReadAsync($"/api/v1/jobs/{desk.It.Job}/profitability")).DataAsync();

    private static string Cents(System.Text.Json.Nodes.JsonNode profit, string field) => ((long)profit[field]! / 100m).ToString("0.00", System.Globalization.CultureInfo.InvariantCulture);
}
