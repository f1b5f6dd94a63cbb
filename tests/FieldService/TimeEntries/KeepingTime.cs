using System.Net;
using System.Text.Json.Nodes;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.TimeEntries;

public sealed class KeepingTime(PostgresServer postgres)
{
    private const string Entries = "/api/v1/time-entries";

    [Fact]
    public async Task Of_ten_taps_at_once_one_starts_the_timer()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var visit = await app.VisitAsync(await app.JobAsync("scheduled"), app.Company.Tech);
        var tech = await app.SignedInAsync(app.Company.Tech);

        var answers = await app.AtOnceAsync("visits", visit, [.. Enumerable.Range(0, 10).Select(_ =>
            (Func<Task<HttpResponseMessage>>)(() => tech.PostAsync($"/api/v1/visits/{visit}/timer", new { kind = "work" })))]);

        Assert.Single(answers, answer => answer.StatusCode is HttpStatusCode.Created);
        foreach (var refused in answers.Where(a => a.StatusCode is not HttpStatusCode.Created)) await refused.RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");
        Assert.Equal(1L, await app.ValueAsync("select count(*) from time_entries"));
        Assert.Equal(1L, await app.ValueAsync("select count(*) from audit_log where entity_type = 'time_entry'"));
    }

    [Fact]
    public async Task From_driving_to_working_there_is_no_gap_and_stopping_twice_is_stopping_once()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var visit = await app.VisitAsync(await app.JobAsync("scheduled"), app.Company.Tech);
        var tech = await app.SignedInAsync(app.Company.Tech);
        var drive = await StartAsync(tech, visit, "travel");
        app.Clock.Advance(TimeSpan.FromMinutes(20) + TimeSpan.FromMilliseconds(700));

        await (await tech.PostAsync($"/api/v1/visits/{visit}/timer", new { kind = "work" })).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");
        var work = await (await tech.PostAsync($"/api/v1/visits/{visit}/timer", new { kind = "work", stop_running = true })).DataAsync(HttpStatusCode.Created);
        var driven = await (await tech.ReadAsync($"{Entries}/{drive}")).DataAsync();
        app.Clock.Advance(TimeSpan.FromMinutes(5));
        var stopped = await (await tech.PostAsync($"{Entries}/{work["id"]}/stop", new { })).DataAsync();
        app.Clock.Advance(TimeSpan.FromMinutes(5));
        var again = await (await tech.PostAsync($"{Entries}/{work["id"]}/stop", new { })).DataAsync();

        Assert.Equal((string?)driven["ended_at"], (string?)work["started_at"]);
        Assert.Equal((1200, 300), ((long)driven["seconds"]!, (long)stopped["seconds"]!));
        Assert.Equal(stopped.ToJsonString(), again.ToJsonString());
    }

    [Fact]
    public async Task A_forgotten_timer_is_marked_and_not_cut()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var visit = await app.VisitAsync(await app.JobAsync("scheduled"), app.Company.Tech);
        var tech = await app.SignedInAsync(app.Company.Tech);
        var id = await StartAsync(tech, visit, "work");
        app.Clock.Advance(TimeSpan.FromHours(12));
        Assert.Empty((await (await tech.ReadAsync($"{Entries}?status=forgotten")).DataAsync()).AsArray());
        app.Clock.Advance(TimeSpan.FromMinutes(1));

        var row = Assert.Single((await (await tech.ReadAsync($"{Entries}?status=forgotten")).DataAsync()).AsArray())!;

        Assert.Equal((id, true, true, null), ((string?)row["id"], (bool)row["is_forgotten"]!, (bool)row["is_running"]!, (string?)row["ended_at"]));
        Assert.Equal(43_260, (long)(await (await tech.PostAsync($"{Entries}/{id}/stop", new { })).DataAsync())["seconds"]!);
    }

    [Fact]
    public async Task A_technician_keeps_their_own_time_on_their_own_visits()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var job = await app.JobAsync("scheduled");
        var (own, others) = (await app.VisitAsync(job, app.Company.Tech), await app.VisitAsync(job, app.Company.Admin));
        var (tech, office) = (await app.SignedInAsync(app.Company.Tech), await app.SignedInAsync());
        var foreign = (string)(await RecordAsync(office, "2026-11-20T08:00:00Z", "2026-11-20T09:00:00Z", others))["id"]!;

        await (await tech.PostAsync($"/api/v1/visits/{others}/timer", new { kind = "work" })).RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        await (await tech.PostAsync(Entries, Time("2026-11-20T08:00:00Z", "2026-11-20T09:00:00Z", others))).RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        await (await tech.PostAsync(Entries, Time("2026-11-20T08:00:00Z", "2026-11-20T09:00:00Z", own, app.Company.Admin.Id))).RefusedAsync(HttpStatusCode.Forbidden, "FORBIDDEN");
        await (await tech.PostAsync(Entries, Time("2026-11-20T08:00:00Z", "2026-11-20T09:00:00Z", null))).RefusedAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        foreach (var answer in new[] { await tech.ReadAsync($"{Entries}/{foreign}"), await tech.PatchAsync($"{Entries}/{foreign}", new { note = "mine" }), await tech.PostAsync($"{Entries}/{foreign}/stop", new { }) })
        {
            await answer.RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        }

        var mine = await RecordAsync(tech, "2026-11-20T08:00:00Z", "2026-11-20T09:00:00Z", own);
        Assert.Equal([(string?)mine["id"]], (await (await tech.ReadAsync(Entries)).DataAsync()).AsArray().Select(e => (string?)e!["id"]));
        await (await tech.DeleteAsync($"{Entries}/{mine["id"]}", FieldServiceUnderTest.Stop)).RefusedAsync(HttpStatusCode.Forbidden, "FORBIDDEN");
        Assert.Equal(2, (await (await office.ReadAsync(Entries)).DataAsync()).AsArray().Count);
    }

    [Fact]
    public async Task Whoever_changes_times_says_why_and_the_log_keeps_what_they_were()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var visit = await app.VisitAsync(await app.JobAsync("scheduled"), app.Company.Tech);
        var tech = await app.SignedInAsync(app.Company.Tech);
        var id = (string)(await RecordAsync(tech, "2026-11-20T08:00:00Z", "2026-11-20T09:00:00Z", visit))["id"]!;

        await (await tech.PatchAsync($"{Entries}/{id}", new { ended_at = "2026-11-20T09:30:00Z" })).RefusedAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        Assert.Equal("Cleaned up", (string?)(await (await tech.PatchAsync($"{Entries}/{id}", new { note = "Cleaned up" })).DataAsync())["note"]);
        var changed = await (await tech.PatchAsync($"{Entries}/{id}", new { ended_at = "2026-11-20T09:30:00Z", reason = "Forgot the clean-up" })).DataAsync();

        Assert.Equal((5400, "Forgot the clean-up"), ((long)changed["seconds"]!, (string?)changed["edit_reason"]));
        Assert.Equal(1L, await app.ValueAsync("select count(*) from audit_log where old_value ->> 'ended_at' = '2026-11-20T09:00:00.000Z' and new_value ->> 'edit_reason' = 'Forgot the clean-up'"));
    }

    [Theory]
    [InlineData("2026-11-20T09:00:00Z", "2026-11-20T09:00:00Z")]
    [InlineData("2026-11-20T09:00:00Z", "2026-11-20T08:00:00Z")]
    [InlineData("2026-11-19T08:00:00Z", "2026-11-20T08:00:01Z")]
    [InlineData("2026-11-21T14:00:00Z", "2026-11-21T15:00:01Z")]
    [InlineData("2026-11-20", "2026-11-20T08:00:00Z")]
    public async Task Times_that_cannot_be_are_refused(string from, string to)
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        await (await (await app.SignedInAsync()).PostAsync(Entries, Time(from, to, null))).RefusedAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");
    }

    /// <summary>Walks at random through everything that can be asked, by two people at once, and looks at the entries after every step.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Whatever_is_asked_nobody_is_in_two_places_at_once(int seed)
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var visit = await app.VisitAsync(await app.JobAsync("scheduled"), app.Company.Tech);
        var (tech, office) = (await app.SignedInAsync(app.Company.Tech), await app.SignedInAsync());
        var ids = new List<string>();
        var statuses = new HashSet<HttpStatusCode>();
#pragma warning disable CA5394 // a walk that is the same at every run
        var dice = new Random(seed);
        for (var step = 0; step < 60; step++)
        {
            app.Clock.Advance(TimeSpan.FromMinutes(dice.Next(0, 30)));
            var start = FieldServiceUnderTest.Start.AddMinutes(dice.Next(-600, 600));
            var (id, end) = (ids.Count == 0 ? Guid.Empty.ToString() : ids[dice.Next(ids.Count)], start.AddMinutes(dice.Next(-5, 120)));
            Func<Task<HttpResponseMessage>>[] asked =
            [
                () => tech.PostAsync(Entries, new { visit_id = visit, kind = "work", started_at = start, ended_at = end }),
                () => office.PostAsync(Entries, new { visit_id = visit, kind = "travel", started_at = start.AddMinutes(1), ended_at = end, user_id = app.Company.Tech.Id }),
                () => tech.PostAsync($"/api/v1/visits/{visit}/timer", new { kind = "break", stop_running = true }),
                () => tech.PostAsync($"{Entries}/{id}/stop", new { }),
                () => office.PatchAsync($"{Entries}/{id}", new { started_at = start, ended_at = end, reason = "as it was" }),
                () => office.DeleteAsync($"{Entries}/{id}", FieldServiceUnderTest.Stop),
            ];
            foreach (var answer in await Task.WhenAll(asked[dice.Next(6)](), asked[dice.Next(5)]()))
#pragma warning restore CA5394
            {
                Assert.True((int)answer.StatusCode < 500, $"{(int)answer.StatusCode} at step {step}: {await answer.Content.ReadAsStringAsync(FieldServiceUnderTest.Stop)}");
                statuses.Add(answer.StatusCode);
                if (answer.StatusCode is HttpStatusCode.Created) ids.Add((string)(await answer.DataAsync(HttpStatusCode.Created))["id"]!);
            }

            Assert.Equal(0L, await app.ValueAsync("""
                select count(*) from time_entries a join time_entries b on a.user_id = b.user_id and a.id < b.id
                 and a.started_at < coalesce(b.ended_at, 'infinity') and b.started_at < coalesce(a.ended_at, 'infinity') and a.started_at is distinct from a.ended_at and b.started_at is distinct from b.ended_at
                """));
        }

        Assert.Superset(new HashSet<HttpStatusCode> { HttpStatusCode.Created, HttpStatusCode.OK, HttpStatusCode.Conflict }, statuses);
    }

    [Fact]
    public async Task What_somebody_costs_is_the_offices_alone()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (tech, office) = (await app.SignedInAsync(app.Company.Tech), await app.SignedInAsync());
        var rates = $"/api/v1/users/{app.Company.Tech.Id}/labour-rates";

        await (await office.PostAsync(rates, new { effective_on = "2026-01-01", cost_cents = 30_00, billing_cents = 90_00 })).DataAsync();
        await (await office.PostAsync(rates, new { effective_on = "2026-07-01", cost_cents = 33_00 })).DataAsync();
        await (await office.PostAsync(rates, new { effective_on = "2026-01-01", cost_cents = 31_00 })).DataAsync();

        Assert.Equal(["2026-07-01 3300 ", "2026-01-01 3100 "], (await (await office.ReadAsync(rates)).DataAsync()).AsArray().Select(r => $"{r!["effective_on"]} {r["cost_cents"]} {r["billing_cents"]}"));
        await (await tech.ReadAsync(rates)).RefusedAsync(HttpStatusCode.Forbidden, "FORBIDDEN");
        await (await office.PostAsync(rates, new { effective_on = "2026-01-01", cost_cents = -1 })).RefusedAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        Assert.Equal(3L, await app.ValueAsync("select count(*) from audit_log where entity_type = 'labour_rate'"));
    }

    private static object Time(string from, string to, Guid? visit, Guid? person = null) => new { user_id = person, visit_id = visit, kind = "work", started_at = from, ended_at = to };

    private static async Task<JsonNode> RecordAsync(HttpClient client, string from, string to, Guid visit) => await (await client.PostAsync(Entries, Time(from, to, visit))).DataAsync(HttpStatusCode.Created);

    private static async Task<string> StartAsync(HttpClient client, Guid visit, string kind) =>
        (string)(await (await client.PostAsync($"/api/v1/visits/{visit}/timer", new { kind })).DataAsync(HttpStatusCode.Created))["id"]!;
}
