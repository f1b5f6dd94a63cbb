using System.Net;
using System.Text.Json.Nodes;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Jobs;

public sealed class KeepingJobs(PostgresServer postgres)
{
    private const string Path = "/api/v1/jobs";

    [Fact]
    public async Task A_new_job_is_a_draft_for_its_client_and_property()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (client, office) = (await app.ClientAsync(), await app.SignedInAsync(app.Company.Admin));
        var property = await app.PropertyAsync(client);

        var answer = await office.PostAsync(Path, new { client_id = client, property_id = property, title = " Fix the roof ", description = "Leaks", priority = 3, scheduled_start = "2026-11-23T09:00:00-05:00", scheduled_end = "2026-11-23T16:00:00Z" });

        var job = await answer.DataAsync(HttpStatusCode.Created);
        Assert.Equal("Fix the roof|draft|3|2026-11-23T14:00:00.000Z", $"{job["title"]}|{job["status"]}|{job["priority"]}|{job["scheduled_start"]}");
        Assert.Equal(app.Company.Admin.Id, (Guid?)job["created_by"]);
        Assert.Equal($"{Path}/{job["id"]}", answer.Headers.Location!.ToString());
        var found = await (await office.ReadAsync($"{Path}/{job["id"]}")).DataAsync();
        Assert.Equal("Ada Byron|12 Elm St|Leaks", $"{found["client_name"]}|{found["property_address"]}|{found["description"]}");
        Assert.Equal("Leaks", await app.ValueAsync("select new_value ->> 'description' from audit_log where entity_type = 'job' and action = 'insert'"));
    }

    [Fact]
    public async Task What_is_no_job_is_refused_and_nothing_is_kept()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (client, office) = (await app.ClientAsync(), await app.SignedInAsync());

        foreach (var body in new[]
        {
            """{"title":"Roof"}""",
            """{"client_id":"CLIENT"}""",
            """{"client_id":"CLIENT","title":"  "}""",
            """{"client_id":"CLIENT","title":"Ro\u0000of"}""",
            """{"client_id":"CLIENT","title":"Roof","priority":-1}""",
            """{"client_id":"CLIENT","title":"Roof","priority":5}""",
            """{"client_id":"CLIENT","title":"Roof","priority":99999999999}""",
            """{"client_id":"CLIENT","title":"Roof","scheduled_start":"garbage"}""",
            """{"client_id":"CLIENT","title":"Roof","scheduled_start":"2026-11-23T09:00:00"}""",
            """{"client_id":"CLIENT","title":"Roof","scheduled_start":"2026-11-23T09:00:00Z","scheduled_end":"2026-11-23T09:00:00Z"}""",
            """{"client_id":"CLIENT","title":"Roof","property_id":"x"}""",
        })
        {
            var answer = await office.PostAsync(Path, new StringContent(body.Replace("CLIENT", client.ToString(), StringComparison.Ordinal), System.Text.Encoding.UTF8, "application/json"), FieldServiceUnderTest.Stop);
            Assert.Equal((body, HttpStatusCode.BadRequest), (body, answer.StatusCode));
        }

        Assert.Equal(0L, await app.ValueAsync("select count(*) from jobs"));
    }

    [Fact]
    public async Task A_title_of_300_characters_is_refused()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (client, office) = (await app.ClientAsync(), await app.SignedInAsync());

        Assert.Equal(HttpStatusCode.BadRequest, (await office.PostAsync(Path, new { client_id = client, title = new string('t', 300) })).StatusCode);
        await (await office.PostAsync(Path, new { client_id = client, title = new string('t', 255) })).DataAsync(HttpStatusCode.Created);
    }

    [Fact]
    public async Task An_unknown_client_and_another_clients_property_are_not_found()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (client, office) = (await app.ClientAsync(), await app.SignedInAsync());
        var foreign = await app.PropertyAsync(await app.ClientAsync("Bob"));

        await (await office.PostAsync(Path, new { client_id = Guid.NewGuid(), title = "Roof" })).RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        await (await office.PostAsync(Path, new { client_id = client, property_id = foreign, title = "Roof" })).RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");

        Assert.Equal(0L, await app.ValueAsync("select count(*) from jobs"));
    }

    [Fact]
    public async Task A_change_leaves_what_it_does_not_name_and_never_touches_the_status()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (id, office) = (await app.JobAsync("scheduled"), await app.SignedInAsync());

        var changed = await (await office.PatchAsync($"{Path}/{id}", new { priority = 4, description = "Leaks", status = "completed" })).DataAsync();

        Assert.Equal("Fix the roof|4|Leaks|scheduled", $"{changed["title"]}|{changed["priority"]}|{changed["description"]}|{changed["status"]}");
        Assert.Equal("0 > 4", await app.ValueAsync("select (old_value ->> 'priority') || ' > ' || (new_value ->> 'priority') from audit_log where entity_id = $1", id));
    }

    [Fact]
    public async Task A_change_of_nothing_is_answered_with_the_job_and_not_audited()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (id, office) = (await app.JobAsync(), await app.SignedInAsync());

        Assert.Equal(id, (Guid?)(await (await office.PatchAsync($"{Path}/{id}", new { })).DataAsync())["id"]);

        Assert.Equal(0L, await app.ValueAsync("select count(*) from audit_log where entity_type <> 'session'"));
    }

    [Fact]
    public async Task An_end_before_the_start_that_is_kept_already_is_refused()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (id, office) = (await app.JobAsync(), await app.SignedInAsync());
        await (await office.PatchAsync($"{Path}/{id}", new { scheduled_start = "2026-11-23T09:00:00Z" })).DataAsync();

        await (await office.PatchAsync($"{Path}/{id}", new { scheduled_end = "2026-11-23T08:00:00Z" })).RefusedAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        Assert.Equal(HttpStatusCode.BadRequest, (await office.PatchAsync($"{Path}/{id}", new { title = (string?)null })).StatusCode);
    }

    [Fact]
    public async Task The_client_changes_only_while_nothing_was_estimated_or_invoiced()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (client, other, office) = (await app.ClientAsync(), await app.ClientAsync("Bob"), await app.SignedInAsync());
        var id = await app.JobAsync(client: client);

        await (await office.PatchAsync($"{Path}/{id}", new { client_id = other })).DataAsync();
        await app.EstimateAsync(other, id);
        var error = await (await office.PatchAsync($"{Path}/{id}", new { client_id = client })).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");

        Assert.Contains("1 estimate", (string?)error["message"], StringComparison.Ordinal);
        Assert.Equal(other, await app.ValueAsync("select client_id from jobs"));
    }

    [Fact]
    public async Task A_draft_is_deleted_with_its_visits_and_each_is_audited()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (id, owner) = (await app.JobAsync(), await app.SignedInAsync());
        await app.VisitAsync(id, app.Company.Tech);

        Assert.Equal(HttpStatusCode.NoContent, (await owner.DeleteAsync($"{Path}/{id}", FieldServiceUnderTest.Stop)).StatusCode);

        Assert.Equal(0L, await app.ValueAsync("select (select count(*) from jobs) + (select count(*) from visits)"));
        Assert.Equal("job,visit", await app.ValueAsync("select string_agg(entity_type, ',' order by entity_type) from audit_log where action = 'delete'"));
    }

    [Theory]
    [InlineData("quoted")]
    [InlineData("in_progress")]
    [InlineData("cancelled")]
    public async Task What_is_no_draft_is_not_deleted(string status)
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (id, owner) = (await app.JobAsync(status), await app.SignedInAsync());

        await (await owner.DeleteAsync($"{Path}/{id}", FieldServiceUnderTest.Stop)).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");

        Assert.Equal(status, await app.StatusAsync("jobs", id));
    }

    [Fact]
    public async Task A_draft_with_an_estimate_is_not_deleted()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (client, owner) = (await app.ClientAsync(), await app.SignedInAsync());
        var id = await app.JobAsync(client: client);
        await app.EstimateAsync(client, id);

        var error = await (await owner.DeleteAsync($"{Path}/{id}", FieldServiceUnderTest.Stop)).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");

        Assert.Contains("1 estimate", (string?)error["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_is_newest_first_and_takes_filters_and_orders()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (ada, bob, office) = (await app.ClientAsync(), await app.ClientAsync("Bob"), await app.SignedInAsync());
        await app.JobAsync("draft", ada, "Roof 100%");
        await app.JobAsync("scheduled", bob, "gutter");
        await app.JobAsync("draft", bob, "Fence");

        foreach (var (query, titles) in new[]
        {
            ("", "Fence,gutter,Roof 100%"),
            ("?status=draft", "Fence,Roof 100%"),
            ($"?client_id={ada}", "Roof 100%"),
            ($"?client_id={bob}&status=scheduled", "gutter"),
            ("?q=GUT", "gutter"),
            ("?q=%25", "Roof 100%"),
            ("?sort=title", "Fence,gutter,Roof 100%"),
            ("?sort=title&order=desc", "Roof 100%,gutter,Fence"),
            ("?order=asc", "Roof 100%,gutter,Fence"),
            ("?limit=1&page=2", "gutter"),
            ("?status=invoiced", ""),
        })
        {
            var rows = (await (await office.ReadAsync(Path + query)).DataAsync()).AsArray();
            Assert.Equal($"{query}: {titles}", $"{query}: {string.Join(',', rows.Select((JsonNode? row) => (string)row!["title"]!))}");
        }

        Assert.Equal("Bob", (string?)(await (await office.ReadAsync(Path)).DataAsync())[0]!["client_name"]);
    }

    [Fact]
    public async Task A_list_that_is_asked_for_wrongly_says_what_is_allowed()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var office = await app.SignedInAsync();

        foreach (var (query, named, allowed) in new[]
        {
            ("?status=done", "status", "in_progress"),
            ("?sort=id;drop table jobs", "sort", "scheduled_start"),
            ("?order=up", "order", "desc"),
            ("?client_id=7", "client_id", "UUID"),
            ("?q=%00", "Text", "NUL"),
        })
        {
            var error = await (await office.ReadAsync(Path + query)).RefusedAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");
            Assert.Contains(named, (string?)error["message"], StringComparison.Ordinal);
            Assert.Contains(allowed, (string?)error["message"], StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Pages_and_ids_that_are_none_are_a_bad_request()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var office = await app.SignedInAsync();

        foreach (var path in new[]
        {
            "?page=0",
            "?page=-1",
            "?page=x",
            "?limit=0",
            "?limit=-5",
            "?limit=101",
            "?limit=99999999999999",
            "/not-a-uuid",
            "/not-a-uuid/visits",
        })
        {
            Assert.Equal((path, HttpStatusCode.BadRequest), (path, (await office.ReadAsync(Path + path)).StatusCode));
        }
    }

    [Fact]
    public async Task A_technician_sees_the_jobs_with_a_visit_of_theirs_and_nothing_else()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var technician = await app.SignedInAsync(app.Company.Tech);
        var (theirs, others, unassigned) = (await app.JobAsync(title: "Theirs"), await app.JobAsync(title: "Others"), await app.JobAsync(title: "Nobody's"));
        await app.VisitAsync(theirs, app.Company.Tech);
        await app.VisitAsync(theirs, app.Company.Tech);
        await app.VisitAsync(others, app.Company.Owner);
        await app.VisitAsync(unassigned, null);

        var list = await (await technician.ReadAsync(Path)).JsonAsync();

        Assert.Equal(theirs, (Guid?)Assert.Single(list["data"]!.AsArray())!["id"]);
        Assert.Equal(1, (int?)list["pagination"]!["total"]);
        await (await technician.ReadAsync($"{Path}/{theirs}")).DataAsync();
        foreach (var hidden in new[] { others, unassigned })
        {
            await (await technician.ReadAsync($"{Path}/{hidden}")).RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");
            await (await technician.ReadAsync($"{Path}/{hidden}/visits")).RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        }
    }
}
