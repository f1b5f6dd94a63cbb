using System.Net;
using System.Text.Json.Nodes;
using Outpost.Platform.Configuration;
using Outpost.Assistant.Budgets;
using Outpost.Testing;

namespace Outpost.Assistant.Tests.Budgets;

public sealed class TellingWhatWasSpent(PostgresServer postgres)
{
    private static object Hello(string model, int tokens = 1000) => new { model, messages = new[] { new { role = "user", content = "Hello" } }, max_tokens = tokens };

    [Fact]
    public async Task The_costs_are_those_of_the_ledger_by_whatever_they_are_asked()
    {
        await using var test = await AssistantUnderTest.StartAsync(postgres);
        using var client = await test.ProgramAsync();
        foreach (var model in new[] { "first", "second", "second" }) await (await client.SendAsync("/v1/chat/completions", Hello(model))).JsonAsync();
        await (await client.SendAsync("/api/chat", Hello("third"))).JsonAsync();
        await test.SettledAsync();

        var summary = await (await client.ReadAsync("/api/costs/summary?period=today")).JsonAsync();
        Assert.Equal(4, (int)summary["requests"]!);
        Assert.Equal(test.Billed(), Nano(summary["total_cost"]));
        Assert.Equal(test.Billed(), summary["breakdown"]!.AsObject().Sum(service => Nano(service.Value)));
        foreach (var by in new[] { "service", "provider", "model", "key", "day" })
        {
            var lines = (await (await client.ReadAsync($"/api/costs/breakdown?by={by}")).JsonAsync()).AsArray();
            Assert.Equal(test.Billed(), lines.Sum(line => Nano(line!["cost"])));
            Assert.Equal(4, lines.Sum(line => (int)line!["requests"]!));
        }

        var limits = await (await client.ReadAsync("/api/costs/limits")).JsonAsync();
        Assert.Equal((1m, 10m, 50m), ((decimal)limits["per_request"]!["max"]!, (decimal)limits["per_hour"]!["max"]!, (decimal)limits["per_day"]!["max"]!));
        Assert.Equal(test.Billed(), Nano(limits["per_hour"]!["used"]));
        await (await client.ReadAsync("/api/costs/summary?period=aeon")).RefusedAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");
    }

    [Fact]
    public async Task Limits_are_made_stricter_never_looser_and_hold_at_once()
    {
        await using var test = await AssistantUnderTest.StartAsync(postgres);
        using var client = await test.ProgramAsync();

        await (await client.SendAsync("/api/costs/limits?per_day=-1", new { })).RefusedAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        await (await client.SendAsync("/api/costs/limits?per_day=51", new { })).RefusedAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        await (await client.SendAsync("/api/costs/limits?per_day=much", new { })).RefusedAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        var changed = await (await client.SendAsync("/api/costs/limits?per_request=0&per_day=0.005", new { })).JsonAsync();

        Assert.True((bool)changed["success"]!);
        Assert.Equal("""{"per_day":0.005}""", changed["limits"]!.ToJsonString());
        var refused = await (await client.SendAsync("/api/chat", Hello("first"))).RefusedAsync(HttpStatusCode.PaymentRequired, "BUDGET_EXCEEDED");
        Assert.Equal(("day", "service"), ((string?)refused["window"], (string?)refused["scope"]));
        Assert.Single((await (await client.ReadAsync("/api/costs/alerts")).JsonAsync())["active_alerts"]!.AsArray());
    }

    [Theory]
    [InlineData("COST_LIMIT_PER_HOUR", "-1")]
    [InlineData("COST_LIMIT_PER_HOUR", "a lot")]
    [InlineData("COST_LIMIT_PER_DAY", "0.0000000001")]
    [InlineData("COST_POLICY", "generous")]
    [InlineData("COST_WARN_PER_DAY", "NaN")]
    public void A_wrong_setting_is_told_by_name(string key, string value)
    {
        var problem = Assert.Throws<SettingsException>(() => BudgetSettings.Of(new Settings(new Dictionary<string, string>()).With((key, value)))).Problems.Single();

        Assert.Equal(key, problem.Key);
        Assert.NotEmpty(problem.Fix);
    }

    [Fact]
    public void A_limit_for_a_request_above_that_of_an_hour_is_told() =>
        Assert.Throws<SettingsException>(() => BudgetSettings.Of(new Settings(new Dictionary<string, string>()).With(("COST_LIMIT_PER_REQUEST", "5"), ("COST_LIMIT_PER_HOUR", "4"))));

    private static long Nano(JsonNode? dollars) => (long)((decimal)dollars! * 1_000_000_000);
}
