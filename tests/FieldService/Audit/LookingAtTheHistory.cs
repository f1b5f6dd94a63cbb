using System.Net;
using System.Text.Json.Nodes;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Audit;

public sealed class LookingAtTheHistory(PostgresServer postgres)
{
    [Fact]
    public async Task Shows_who_did_what_to_which_thing_newest_first()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var owner = await app.SignedInAsync();
        var id = (Guid)(await (await owner.PostAsync("/api/v1/clients", new { name = "Before" })).DataAsync(HttpStatusCode.Created))["id"]!;
        await owner.PatchAsync($"/api/v1/clients/{id}", new { name = "After" });

        var rows = await RowsAsync(owner, $"entity_type=client&entity_id={id}");

        Assert.Equal(["update", "insert"], rows.Select(r => (string)r!["action"]!));
        Assert.Equal(("Before", "After"), ((string)rows[0]!["old_value"]!["name"]!, (string)rows[0]!["new_value"]!["name"]!));
        Assert.Equal(("owner of north", (Guid?)app.Company.Owner.Id), ((string)rows[0]!["actor_name"]!, (Guid?)rows[0]!["actor_id"]));
        Assert.Equal([3L, 2L], rows.Select(r => (long)r!["seq"]!));
        Assert.Equal((string)rows[0]!["id"]!, (string)(await RowsAsync(owner, $"trace_id={rows[0]!["trace_id"]}"))[0]!["id"]!);
    }

    [Fact]
    public async Task Finds_by_each_of_its_filters_and_counts_what_it_finds()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (owner, admin) = (await app.SignedInAsync(), await app.SignedInAsync(app.Company.Admin));
        await owner.PostAsync("/api/v1/clients", new { name = "Owner's" });
        await admin.PostAsync("/api/v1/clients", new { name = "Admin's" });

        Assert.Equal(4, (await RowsAsync(owner, "")).Count);
        Assert.Equal(2, (await RowsAsync(owner, "entity_type=client")).Count);
        Assert.Equal(2, (await RowsAsync(owner, $"actor={app.Company.Admin.Id}")).Count);
        Assert.Equal(4, (await RowsAsync(owner, "action=insert")).Count);
        Assert.Empty(await RowsAsync(owner, "action=delete"));
        Assert.Empty(await RowsAsync(owner, "to=2020-01-01T00:00:00Z"));
        Assert.Equal(4, (await RowsAsync(owner, "from=2020-01-01T00:00:00Z")).Count);
        var page = await (await owner.ReadAsync("/api/v1/audit?limit=3&page=2")).JsonAsync();
        Assert.Equal((1, 4), (page["data"]!.AsArray().Count, (int)page["pagination"]!["total"]!));
    }

    [Theory]
    [InlineData("entity_id=7")]
    [InlineData("entity_type=%27%3B")]
    [InlineData("actor=me")]
    [InlineData("action=truncate")]
    [InlineData("from=yesterday")]
    [InlineData("trace_id=xyz")]
    [InlineData("sort=old_value")]
    [InlineData("from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z")]
    public async Task Refuses_what_it_cannot_read(string query)
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var owner = await app.SignedInAsync();

        await (await owner.ReadAsync($"/api/v1/audit?{query}")).RefusedAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");
    }

    [Fact]
    public async Task Is_for_the_office()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var technician = await app.SignedInAsync(app.Company.Tech);

        foreach (var path in new[] { "", "/verify", "/export" })
        {
            await (await technician.ReadAsync($"/api/v1/audit{path}")).RefusedAsync(HttpStatusCode.Forbidden, "FORBIDDEN");
        }
    }

    [Fact]
    public async Task Shows_who_came_in_went_out_and_was_refused()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (tech, stranger) = (await app.SignedInAsync(app.Company.Tech), app.Client());
        await (await stranger.PostAsync("/api/v1/auth/login", new { email = app.Company.Tech.Email, password = "a wrong password" })).RefusedAsync(HttpStatusCode.Unauthorized, "INVALID_CREDENTIALS");
        // The row is written when the answer has gone; a connection takes its next request only afterwards.
        await (await stranger.PostAsync("/api/v1/auth/login", new { email = "nobody@north.test", password = "a wrong password" })).RefusedAsync(HttpStatusCode.Unauthorized, "INVALID_CREDENTIALS");
        await tech.PostAsync("/api/v1/auth/password", new { current_password = FieldServiceUnderTest.Password, new_password = "another good one" });
        await tech.PostAsync("/api/v1/auth/logout", new { });

        var rows = await RowsAsync(await app.SignedInAsync(), $"from=2020-01-01T00:00:00Z");

        Assert.Equal(["session insert", "session update", "user update", "failed_login insert", "session insert"], rows.Select(r => $"{r!["entity_type"]} {r["action"]}"));
        var failure = rows[3]!;
        Assert.Equal((app.Company.Tech.Id, null, "127.0.0.1"), ((Guid)failure["entity_id"]!, (Guid?)failure["actor_id"], ((string)failure["new_value"]!["address"]!).Replace("::ffff:", "", StringComparison.Ordinal)));
        Assert.DoesNotContain("password_hash", rows.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Shows_what_was_taken_away_together_with_something_else_and_what_internal_notes_were_before()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var owner = await app.SignedInAsync();
        var client = await app.ClientAsync();
        var property = await app.PropertyAsync(client);
        var job = await app.JobAsync(client: client);
        var visit = await app.VisitAsync(job, app.Company.Tech);
        var estimate = await app.EstimateAsync(client);
        await owner.PatchAsync($"/api/v1/estimates/{estimate}", new { internal_notes = "first" });
        await owner.PatchAsync($"/api/v1/estimates/{estimate}", new { internal_notes = "second" });

        var notes = (await RowsAsync(owner, $"entity_id={estimate}"))[0]!;
        foreach (var path in new[] { $"estimates/{estimate}", $"jobs/{job}", $"clients/{client}" })
        {
            Assert.True((await owner.DeleteAsync($"/api/v1/{path}", FieldServiceUnderTest.Stop)).IsSuccessStatusCode, path);
        }

        Assert.Equal(("first", "second"), ((string)notes["old_value"]!["internal_notes"]!, (string)notes["new_value"]!["internal_notes"]!));
        foreach (var id in new[] { visit, property, job, client, estimate }) Assert.Equal("delete", (string)(await RowsAsync(owner, $"entity_id={id}"))[0]!["action"]!);
    }

    private static async Task<JsonArray> RowsAsync(HttpClient client, string query)
    {
        var answer = await (await client.ReadAsync($"/api/v1/audit?limit=100&{query}")).JsonAsync();
        Assert.Equal(answer["data"]!.AsArray().Count, (int)answer["pagination"]!["total"]!);
        return answer["data"]!.AsArray();
    }
}
