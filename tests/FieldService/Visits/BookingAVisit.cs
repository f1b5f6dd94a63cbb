using System.Net;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Visits;

public sealed class BookingAVisit(PostgresServer postgres)
{
    private static readonly object Morning = new { scheduled_start = "2026-11-23T09:00:00-05:00", scheduled_end = "2026-11-23T11:00:00-05:00" };

    [Fact]
    public async Task A_booked_visit_is_scheduled_and_audited()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (job, office) = (await app.JobAsync("scheduled"), await app.SignedInAsync(app.Company.Admin));

        var visit = await (await office.PostAsync($"/api/v1/jobs/{job}/visits", new
        {
            scheduled_start = "2026-11-23T09:00:00-05:00", scheduled_end = "2026-11-23T11:00:00-05:00", assigned_user_id = app.Company.Tech.Id, tech_notes = "Ladder",
        })).DataAsync(HttpStatusCode.Created);

        Assert.Equal($"{job}|scheduled|2026-11-23T14:00:00.000Z|2026-11-23T16:00:00.000Z|{app.Company.Tech.Id}|Ladder",
            $"{visit["job_id"]}|{visit["status"]}|{visit["scheduled_start"]}|{visit["scheduled_end"]}|{visit["assigned_user_id"]}|{visit["tech_notes"]}");
        Assert.Equal(1L, await app.ValueAsync("select count(*) from audit_log where entity_type = 'visit' and action = 'insert' and actor_id = $1", app.Company.Admin.Id));
    }

    [Fact]
    public async Task The_same_key_books_once_and_is_answered_the_same_even_at_once()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (job, office) = (await app.JobAsync("scheduled"), await app.SignedInAsync());
        var path = $"/api/v1/jobs/{job}/visits";

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => office.PostAsync(path, Morning, "booking-1")));
        var later = await office.PostAsync(path, Morning, "booking-1");

        var bodies = await Task.WhenAll(answers.Append(later).Select(async answer => (await answer.DataAsync(HttpStatusCode.Created)).ToJsonString()));
        Assert.Single(bodies.Distinct());
        Assert.Equal(1L, await app.ValueAsync("select count(*) from visits"));
        await (await office.PostAsync(path, new { scheduled_start = "2026-11-24T09:00:00Z", scheduled_end = "2026-11-24T11:00:00Z" }, "booking-1"))
            .RefusedAsync(HttpStatusCode.UnprocessableEntity, "IDEMPOTENCY_KEY_REUSED");
        await (await office.PostAsync(path, Morning)).DataAsync(HttpStatusCode.Created);
        Assert.Equal(2L, await app.ValueAsync("select count(*) from visits"));
    }

    [Fact]
    public async Task What_is_no_visit_is_refused()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (job, office) = (await app.JobAsync("scheduled"), await app.SignedInAsync());

        foreach (var body in new[]
        {
            """{}""",
            """{"scheduled_start":"2026-11-23T09:00:00Z"}""",
            """{"scheduled_start":"2026-11-23T09:00:00Z","scheduled_end":"2026-11-23T09:00:00Z"}""",
            """{"scheduled_start":"2026-11-23T09:00:00Z","scheduled_end":"2026-11-23T08:00:00Z"}""",
            """{"scheduled_start":"2026-11-23T09:00:00","scheduled_end":"2026-11-23T10:00:00"}""",
            """{"scheduled_start":"9999-12-31T23:59:59Z","scheduled_end":"9999-12-31T23:59:59Z"}""",
            """{"scheduled_start":"2026-11-23T09:00:00Z","scheduled_end":"2026-11-23T10:00:00Z","assigned_user_id":"me"}""",
            """{"scheduled_start":"2026-11-23T09:00:00Z","scheduled_end":"2026-11-23T10:00:00Z","tech_notes":"\u0000"}""",
        })
        {
            var answer = await office.PostAsync($"/api/v1/jobs/{job}/visits", new StringContent(body, System.Text.Encoding.UTF8, "application/json"), FieldServiceUnderTest.Stop);
            Assert.Equal((body, HttpStatusCode.BadRequest), (body, answer.StatusCode));
        }

        Assert.Equal(0L, await app.ValueAsync("select count(*) from visits"));
    }

    [Fact]
    public async Task Only_somebody_who_works_here_is_assigned()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (job, office, south) = (await app.JobAsync("scheduled"), await app.SignedInAsync(), await app.CompanyAsync("south"));
        var visit = await app.VisitAsync(job, null);
        await app.SqlAsync("update users set deactivated_at = now() where id = $1", app.Company.Tech.Id);

        foreach (var (person, status, code) in new[]
        {
            (Guid.NewGuid(), HttpStatusCode.NotFound, "NOT_FOUND"),
            (south.Tech.Id, HttpStatusCode.NotFound, "NOT_FOUND"),
            (app.Company.Tech.Id, HttpStatusCode.UnprocessableEntity, "PRECONDITION_FAILED"),
        })
        {
            await (await office.PostAsync($"/api/v1/jobs/{job}/visits", new { scheduled_start = Preparing.Morning, scheduled_end = Preparing.Morning.AddHours(1), assigned_user_id = person }))
                .RefusedAsync(status, code);
            await (await office.PatchAsync($"/api/v1/visits/{visit}", new { assigned_user_id = person })).RefusedAsync(status, code);
        }

        Assert.Equal(0L, await app.ValueAsync("select count(*) from visits where assigned_user_id is not null"));
    }

    [Fact]
    public async Task The_office_reschedules_reassigns_and_takes_notes()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (job, office) = (await app.JobAsync("scheduled"), await app.SignedInAsync(app.Company.Admin));
        var visit = await app.VisitAsync(job, app.Company.Tech);

        var changed = await (await office.PatchAsync($"/api/v1/visits/{visit}", new { scheduled_end = "2026-11-23T20:00:00Z", assigned_user_id = (Guid?)null, tech_notes = "Key at the bar" })).DataAsync();

        Assert.Equal("2026-11-23T14:00:00.000Z|2026-11-23T20:00:00.000Z||Key at the bar",
            $"{changed["scheduled_start"]}|{changed["scheduled_end"]}|{changed["assigned_user_id"]}|{changed["tech_notes"]}");
        await (await office.PatchAsync($"/api/v1/visits/{visit}", new { scheduled_end = "2026-11-23T13:00:00Z" })).RefusedAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        Assert.Equal(1L, await app.ValueAsync("select count(*) from audit_log where entity_id = $1", visit));
    }

    [Fact]
    public async Task A_visit_somebody_has_arrived_for_is_not_left_without_a_technician()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (job, office) = (await app.JobAsync("in_progress"), await app.SignedInAsync());
        var visit = await app.VisitAsync(job, app.Company.Tech, "in_progress");

        await (await office.PatchAsync($"/api/v1/visits/{visit}", new { assigned_user_id = (Guid?)null })).RefusedAsync(HttpStatusCode.UnprocessableEntity, "PRECONDITION_FAILED");
        await (await office.PatchAsync($"/api/v1/visits/{visit}", new { assigned_user_id = app.Company.Owner.Id })).DataAsync();
    }

    [Fact]
    public async Task A_technician_writes_notes_and_is_told_what_is_not_theirs_to_change()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (job, technician) = (await app.JobAsync("scheduled"), await app.SignedInAsync(app.Company.Tech));
        var visit = await app.VisitAsync(job, app.Company.Tech);

        await (await technician.PatchAsync($"/api/v1/visits/{visit}", new { tech_notes = "Needs a part" })).DataAsync();
        var error = await (await technician.PatchAsync($"/api/v1/visits/{visit}", new { tech_notes = "Later", scheduled_start = "2026-11-23T15:00:00Z", assigned_user_id = app.Company.Owner.Id }))
            .RefusedAsync(HttpStatusCode.Forbidden, "FORBIDDEN");

        Assert.Contains("scheduled_start, assigned_user_id", (string?)error["message"], StringComparison.Ordinal);
        Assert.Equal("Needs a part", await app.ValueAsync("select tech_notes from visits"));
    }
}
