using System.Net;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Parts;

public sealed class RecordingParts(PostgresServer postgres)
{
    [Fact]
    public async Task A_technician_says_what_was_used_and_the_office_what_it_costs()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var visit = await app.VisitAsync(await app.JobAsync("scheduled"), app.Company.Tech);
        var (tech, office) = (await app.SignedInAsync(app.Company.Tech), await app.SignedInAsync());
        var parts = $"/api/v1/visits/{visit}/parts";

        foreach (var field in new object[] { new { description = "Pipe", quantity = 1, unit_cost = 1 }, new { description = "Pipe", quantity = 1, unit_price = 1 }, new { description = "Pipe", quantity = 1, tax_rate = 1 } })
        {
            await (await tech.PostAsync(parts, field)).RefusedAsync(HttpStatusCode.Forbidden, "FORBIDDEN");
        }

        await (await tech.PostAsync(parts, new { quantity = 1 })).RefusedAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        var made = await (await tech.PostAsync(parts, new { description = "Copper pipe", unit = "m", quantity = "2.5" })).DataAsync(HttpStatusCode.Created);
        Assert.Equal(("2.50", null, "2026-11-21"), ((string?)made["quantity"], (string?)made["unit_price"], (string?)made["used_on"]));
        await (await tech.PatchAsync($"/api/v1/parts/{made["id"]}", new { unit_price = 3 })).RefusedAsync(HttpStatusCode.Forbidden, "FORBIDDEN");
        await (await office.PatchAsync($"/api/v1/parts/{made["id"]}", new { unit_cost = "7.1234", unit_price = "15.75" })).DataAsync();

        foreach (var path in new[] { parts, $"/api/v1/parts/{made["id"]}" })
        {
            var theirs = await (await tech.ReadAsync(path)).Content.ReadAsStringAsync(FieldServiceUnderTest.Stop);
            Assert.Contains("15.75", theirs, StringComparison.Ordinal);
            Assert.DoesNotContain("cost", theirs, StringComparison.Ordinal);
            Assert.DoesNotContain("7.1234", theirs, StringComparison.Ordinal);
            Assert.Contains("7.1234", await (await office.ReadAsync(path)).Content.ReadAsStringAsync(FieldServiceUnderTest.Stop), StringComparison.Ordinal);
        }

        var changed = await (await tech.PatchAsync($"/api/v1/parts/{made["id"]}", new { quantity = 3 })).DataAsync();
        Assert.Null(changed["unit_cost"]);
        Assert.Equal(2137L, await app.ValueAsync("select cost_cents from visit_parts"));
    }

    [Fact]
    public async Task Somebody_elses_visit_has_no_parts_to_see_or_change()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var visit = await app.VisitAsync(await app.JobAsync("scheduled"), app.Company.Admin);
        var (tech, office) = (await app.SignedInAsync(app.Company.Tech), await app.SignedInAsync());
        var part = (string)(await (await office.PostAsync($"/api/v1/visits/{visit}/parts", new { description = "Pipe", quantity = 1 })).DataAsync(HttpStatusCode.Created))["id"]!;

        foreach (var answer in new[]
                 {
                     await tech.ReadAsync($"/api/v1/visits/{visit}/parts"),
                     await tech.PostAsync($"/api/v1/visits/{visit}/parts", new { description = "Pipe", quantity = 1 }),
                     await tech.ReadAsync($"/api/v1/parts/{part}"),
                     await tech.PatchAsync($"/api/v1/parts/{part}", new { quantity = 2 }),
                     await tech.DeleteAsync($"/api/v1/parts/{part}", FieldServiceUnderTest.Stop),
                 })
        {
            await answer.RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        }

        Assert.Equal(1L, await app.ValueAsync("select count(*) from visit_parts where version = 1"));
    }

    [Fact]
    public async Task The_same_key_records_once_and_too_much_is_refused()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var visit = await app.VisitAsync(await app.JobAsync("scheduled"), app.Company.Tech);
        var (tech, office) = (await app.SignedInAsync(app.Company.Tech), await app.SignedInAsync());

        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => tech.PostAsync($"/api/v1/visits/{visit}/parts", new { description = "Pipe", quantity = 1 }, "one")));

        Assert.Single((await Task.WhenAll(answers.Select(async a => (string?)(await a.DataAsync(HttpStatusCode.Created))["id"]))).Distinct());
        Assert.Equal(1L, await app.ValueAsync("select count(*) from visit_parts"));
        await (await office.PostAsync($"/api/v1/visits/{visit}/parts", new { description = "Gold", quantity = 99_999_999, unit_price = 999_999_999 })).RefusedAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");
    }

    [Fact]
    public async Task A_job_with_recorded_work_is_kept()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var office = await app.SignedInAsync();
        var (withPart, withExpense) = (await app.JobAsync(), await app.JobAsync());
        var visit = await app.VisitAsync(withPart, app.Company.Tech);
        await (await office.PostAsync($"/api/v1/visits/{visit}/parts", new { description = "Pipe", quantity = 1 })).DataAsync(HttpStatusCode.Created);
        await (await office.PostAsync("/api/v1/expenses", new { category = "fuel", amount_cents = 100, spent_on = "2026-11-20", job_id = withExpense })).DataAsync(HttpStatusCode.Created);

        await (await office.DeleteAsync($"/api/v1/jobs/{withPart}", FieldServiceUnderTest.Stop)).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");
        await (await office.DeleteAsync($"/api/v1/jobs/{withExpense}", FieldServiceUnderTest.Stop)).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");
        Assert.Equal(2L, await app.ValueAsync("select count(*) from jobs"));
    }
}
