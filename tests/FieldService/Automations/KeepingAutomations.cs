using System.Net;
using Outpost.FieldService.Tests.Worker;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Automations;

public sealed class KeepingAutomations(PostgresServer postgres)
{
    [Fact]
    public async Task An_automation_is_made_changed_run_and_removed_and_each_leaves_its_trail()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var owner = await app.SignedInAsync();

        var made = await (await owner.PostAsync("/api/v1/automations", new { type = "visit_reminder", config = new { hours_before = new[] { 24, 0.5 } } })).DataAsync(HttpStatusCode.Created);
        var path = $"/api/v1/automations/{made["id"]}";
        await (await owner.PostAsync("/api/v1/automations", new { type = "visit_reminder" })).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");
        app.Clock.Advance(TimeSpan.FromMinutes(1));
        var run = await (await owner.PostAsync($"{path}/run", new { })).DataAsync();
        var off = await (await owner.PatchAsync(path, new { enabled = false })).DataAsync();
        await (await owner.PostAsync($"{path}/run", new { })).RefusedAsync(HttpStatusCode.UnprocessableEntity, "PRECONDITION_FAILED");
        var row = (await (await owner.ReadAsync("/api/v1/automations?type=visit_reminder")).DataAsync()).AsArray().Single()!;

        Assert.Equal("2026-11-21T15:00:00.000Z", (string?)made["next_run_at"]);
        Assert.True((bool)run["success"]! && (bool)run["triggered"]!);
        Assert.Equal("""{"hours_before":[24,0.5]}""", off["config"]!.ToJsonString());
        Assert.Equal("false|0|0", $"{row["enabled"]}|{row["stats"]!["last_24h"]!["sent"]}|{row["stats"]!["last_7d"]!["errors"]}".ToLowerInvariant());
        Assert.Equal(HttpStatusCode.NoContent, (await owner.DeleteAsync(path, FieldServiceUnderTest.Stop)).StatusCode);
        Assert.Equal("automation insert, automation_run update, automation update, automation delete",
            await app.ValueAsync("select string_agg(entity_type || ' ' || action, ', ' order by ctid) from audit_log where entity_type <> 'session'"));
    }

    [Theory]
    [InlineData("visit_reminder", """{"hours_before": "abc"}""", "config.hours_before")]
    [InlineData("visit_reminder", """{"hours_before": 0}""", "config.hours_before")]
    [InlineData("visit_reminder", """{"hours_before": []}""", "config.hours_before")]
    [InlineData("visit_reminder", """{"hours_before": [24, 24]}""", "config.hours_before")]
    [InlineData("visit_reminder", """{"hours_before": 1e400}""", "config.hours_before")]
    [InlineData("visit_reminder", """{"at": "25:00"}""", "config.at")]
    [InlineData("visit_reminder", """{"days_overdue": 7}""", "config.days_overdue")]
    [InlineData("invoice_followup", """{"days_overdue": [7, 1.5]}""", "config.days_overdue")]
    [InlineData("invoice_followup", """{"days_overdue": [-1]}""", "config.days_overdue")]
    [InlineData("estimate_followup", """{"channels": ["pigeon"]}""", "config.channels")]
    [InlineData("review_request", """{"channels": []}""", "config.channels")]
    public async Task What_makes_no_sense_is_refused_by_name(string type, string config, string field)
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var owner = await app.SignedInAsync();
        var body = new { type, config = System.Text.Json.Nodes.JsonNode.Parse(config) };

        foreach (var path in new[] { "/api/v1/automations", "/api/v1/automations/preview" })
        {
            var error = await (await owner.PostAsync(path, body)).RefusedAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");
            Assert.Equal(field, (string?)error["details"]!["issues"]![0]!["path"]);
        }

        Assert.Equal(0L, await app.ValueAsync("select count(*) from automations"));
    }

    [Fact]
    public async Task Technicians_have_no_business_here_and_an_admin_removes_nothing()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var automation = await app.AutomationAsync("visit_reminder");
        var (admin, tech) = (await app.SignedInAsync(app.Company.Admin), await app.SignedInAsync(app.Company.Tech));

        foreach (var path in new[] { "automations", $"automations/{automation}", "automations/events", $"automations/{automation}/preview", "messages", "message-templates" })
        {
            Assert.Equal(HttpStatusCode.Forbidden, (await tech.ReadAsync($"/api/v1/{path}")).StatusCode);
            Assert.Equal(HttpStatusCode.OK, (await admin.ReadAsync($"/api/v1/{path}")).StatusCode);
        }

        Assert.Equal(HttpStatusCode.Forbidden, (await admin.DeleteAsync($"/api/v1/automations/{automation}", FieldServiceUnderTest.Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await tech.PostAsync($"/api/v1/automations/{automation}/run", new { })).StatusCode);
    }

    [Fact]
    public async Task The_feed_tells_what_was_said()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        await using var worker = AtWork.On(app, new Letterbox());
        await app.AutomationAsync("visit_reminder");
        await app.VisitAtAsync(await app.ReachableAsync(), FieldServiceUnderTest.Start.AddHours(20));
        await worker.PollAsync();
        var owner = await app.SignedInAsync();

        var all = (await (await owner.ReadAsync("/api/v1/automations/events")).DataAsync()).AsArray();
        var none = (await (await owner.ReadAsync("/api/v1/automations/events?type=invoice_followup")).DataAsync()).AsArray();
        var stats = (await (await owner.ReadAsync("/api/v1/automations")).DataAsync())[0]!["stats"]!;

        Assert.Equal("Reminder to Ada Byron of Fix the roof", (string?)Assert.Single(all)!["summary"]);
        Assert.Empty(none);
        Assert.Equal(1, (int?)stats["last_24h"]!["sent"]);
    }
}
