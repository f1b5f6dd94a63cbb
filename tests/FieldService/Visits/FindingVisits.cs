using System.Net;
using System.Text.Json.Nodes;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Visits;

public sealed class FindingVisits(PostgresServer postgres)
{
    [Fact]
    public async Task A_list_is_by_start_and_takes_filters()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (roof, fence, office) = (await app.JobAsync("scheduled", title: "Roof"), await app.JobAsync("scheduled", title: "Fence"), await app.SignedInAsync());
        await At(app, await app.VisitAsync(roof, app.Company.Tech), "2026-11-25T09:00:00Z");
        await At(app, await app.VisitAsync(fence, app.Company.Owner, "cancelled"), "2026-11-24T09:00:00Z");
        await At(app, await app.VisitAsync(fence, null), "2026-11-26T09:00:00Z");

        foreach (var (query, days) in new[]
        {
            ("/api/v1/visits", "24,25,26"),
            ("/api/v1/visits?order=desc", "26,25,24"),
            ("/api/v1/visits?status=scheduled", "25,26"),
            ($"/api/v1/visits?assigned_user_id={app.Company.Tech.Id}", "25"),
            ("/api/v1/visits?from=2026-11-25T09:00:00Z", "25,26"),
            ("/api/v1/visits?to=2026-11-25T09:00:00Z", "24"),
            ("/api/v1/visits?from=2026-11-25T04:00:00-05:00&to=2026-11-26T00:00:00Z", "25"),
            ("/api/v1/visits?q=FEN", "24,26"),
            ("/api/v1/visits?limit=1&page=3", "26"),
            ($"/api/v1/jobs/{fence}/visits", "24,26"),
            ($"/api/v1/jobs/{fence}/visits?status=cancelled", "24"),
        })
        {
            var rows = (await (await office.ReadAsync(query)).DataAsync()).AsArray();
            Assert.Equal($"{query}: {days}", $"{query}: {string.Join(',', rows.Select((JsonNode? row) => ((string)row!["scheduled_start"]!)[8..10]))}");
        }
    }

    [Fact]
    public async Task A_visit_says_for_whom_and_who_comes()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (job, office) = (await app.JobAsync("scheduled"), await app.SignedInAsync());
        var visit = await app.VisitAsync(job, app.Company.Tech);

        var found = await (await office.ReadAsync($"/api/v1/visits/{visit}")).DataAsync();

        Assert.Equal("Fix the roof|Ada Byron|tech of north", $"{found["job_title"]}|{found["client_name"]}|{found["assigned_user_name"]}");
    }

    [Fact]
    public async Task A_technician_sees_their_own_visits_whatever_they_ask_for()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (job, technician) = (await app.JobAsync("scheduled"), await app.SignedInAsync(app.Company.Tech));
        var own = await app.VisitAsync(job, app.Company.Tech);
        await app.VisitAsync(job, app.Company.Owner);
        await app.VisitAsync(job, null);

        foreach (var path in new[] { "/api/v1/visits", $"/api/v1/jobs/{job}/visits" })
        {
            var list = await (await technician.ReadAsync(path)).JsonAsync();
            Assert.Equal(own, (Guid?)Assert.Single(list["data"]!.AsArray())!["id"]);
            Assert.Equal(1, (int?)list["pagination"]!["total"]);
        }

        Assert.Empty((await (await technician.ReadAsync($"/api/v1/visits?assigned_user_id={app.Company.Owner.Id}")).DataAsync()).AsArray());
        Assert.Equal("Ada Byron", (string?)(await (await technician.ReadAsync($"/api/v1/visits/{own}")).DataAsync())["client_name"]);
    }

    [Fact]
    public async Task What_cannot_be_read_is_a_bad_request_and_an_unknown_job_is_not_found()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var office = await app.SignedInAsync();

        foreach (var path in new[] { "/api/v1/visits?from=yesterday", "/api/v1/visits?to=2026-11-25", "/api/v1/visits?assigned_user_id=x", "/api/v1/visits?status=late", "/api/v1/visits?page=-1", "/api/v1/visits/x" })
        {
            Assert.Equal((path, HttpStatusCode.BadRequest), (path, (await office.ReadAsync(path)).StatusCode));
        }

        await (await office.ReadAsync($"/api/v1/jobs/{Guid.NewGuid()}/visits")).RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");
    }

    private static Task<int> At(FieldServiceUnderTest app, Guid visit, string start) => app.SqlAsync(
        "update visits set scheduled_start = $2, scheduled_end = $2 + interval '1 hour' where id = $1", visit, DateTimeOffset.Parse(start, null).UtcDateTime);
}
