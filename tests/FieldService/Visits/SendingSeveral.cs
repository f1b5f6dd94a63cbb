using System.Net;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Visits;

public sealed class SendingSeveral(PostgresServer postgres)
{
    [Fact]
    public async Task The_first_leads_unless_somebody_else_is_named()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (job, office, bob) = (await app.JobAsync("scheduled"), await app.SignedInAsync(), await app.TechnicianAsync("bob"));

        var visit = await office.BookedAsync(job, Dispatch.Nine, 1, bob, app.Company.Tech);
        Assert.Equal($"{bob.Id}|{bob.Id},{app.Company.Tech.Id}", await ReadAsync(office, visit));

        await (await office.PatchAsync($"/api/v1/visits/{visit}", new { technician_ids = new[] { bob.Id, app.Company.Tech.Id, bob.Id }, assigned_user_id = app.Company.Tech.Id })).DataAsync();
        Assert.Equal($"{app.Company.Tech.Id}|{app.Company.Tech.Id},{bob.Id}", await ReadAsync(office, visit));

        // Whoever knows the lead alone exchanges the lead, and the others still go.
        await (await office.PatchAsync($"/api/v1/visits/{visit}", new { assigned_user_id = app.Company.Owner.Id })).DataAsync();
        Assert.Equal($"{app.Company.Owner.Id}|{app.Company.Owner.Id},{bob.Id}", await ReadAsync(office, visit));

        await (await office.PatchAsync($"/api/v1/visits/{visit}", new { assigned_user_id = (Guid?)null })).DataAsync();
        Assert.Equal("|", await ReadAsync(office, visit));
        await (await office.PatchAsync($"/api/v1/visits/{visit}", new { assigned_user_id = (Guid?)null, technician_ids = new[] { bob.Id } })).RefusedAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");
    }

    [Fact]
    public async Task Whoever_goes_may_what_the_lead_may_and_nobody_else()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (job, office, bob, eve) = (await app.JobAsync("scheduled"), await app.SignedInAsync(), await app.TechnicianAsync("bob"), await app.TechnicianAsync("eve"));
        var visit = await office.BookedAsync(job, Dispatch.Nine, 1, app.Company.Tech, bob);
        var (second, stranger) = (await app.SignedInAsync(bob), await app.SignedInAsync(eve));

        Assert.Single((await (await second.ReadAsync("/api/v1/visits")).DataAsync()).AsArray());
        Assert.Single((await (await second.ReadAsync("/api/v1/jobs")).DataAsync()).AsArray());
        await (await second.ReadAsync($"/api/v1/jobs/{job}")).DataAsync();
        await (await second.PatchAsync($"/api/v1/visits/{visit}", new { tech_notes = "Bring the long ladder" })).DataAsync();
        Assert.Equal("in_progress", (string?)(await (await second.TransitionAsync(visit, "arrived")).DataAsync())["status"]);
        Assert.Equal("completed", (string?)(await (await second.TransitionAsync(visit, "completed")).DataAsync())["status"]);
        Assert.Equal("completed", await app.StatusAsync("jobs", job));

        Assert.Empty((await (await stranger.ReadAsync("/api/v1/visits")).DataAsync()).AsArray());
        Assert.Empty((await (await stranger.ReadAsync("/api/v1/jobs")).DataAsync()).AsArray());
        await (await stranger.ReadAsync($"/api/v1/visits/{visit}")).RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        await (await stranger.PatchAsync($"/api/v1/visits/{visit}", new { tech_notes = "Mine" })).RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        await (await stranger.TransitionAsync(visit, "completed")).RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");
    }

    [Fact]
    public async Task Whoever_no_longer_goes_no_longer_sees_it()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (job, office, bob) = (await app.JobAsync("scheduled"), await app.SignedInAsync(), await app.TechnicianAsync("bob"));
        var visit = await office.BookedAsync(job, Dispatch.Nine, 1, app.Company.Tech, bob);

        await (await office.MoveAsync(visit, null, [app.Company.Tech])).DataAsync();

        await (await (await app.SignedInAsync(bob)).ReadAsync($"/api/v1/visits/{visit}")).RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");
    }

    [Fact]
    public async Task One_who_is_not_free_stops_the_visit_for_all()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (job, office, bob) = (await app.JobAsync("scheduled"), await app.SignedInAsync(), await app.TechnicianAsync("bob"));
        await office.BookedAsync(job, Dispatch.Nine, 1, app.Company.Owner, bob);

        var error = await (await office.BookAsync(job, Dispatch.Nine, 1, [app.Company.Tech, bob])).RefusedAsync(HttpStatusCode.Conflict, "SCHEDULE_CONFLICT");

        Assert.Equal(bob.Id, (Guid?)Assert.Single(error["details"]!["conflicts"]!.AsArray())!["user_id"]);
        Assert.Equal(0L, await app.ValueAsync("select count(*) from visit_technicians where user_id = $1", app.Company.Tech.Id));
    }

    [Fact]
    public async Task Nobody_of_another_company_and_nobody_who_has_left_is_sent_along()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (job, office, south, bob) = (await app.JobAsync("scheduled"), await app.SignedInAsync(), await app.CompanyAsync("south"), await app.TechnicianAsync("bob"));
        await app.SqlAsync("update users set deactivated_at = now() where id = $1", bob.Id);

        await (await office.BookAsync(job, Dispatch.Nine, 1, [app.Company.Tech, south.Tech])).RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        await (await office.BookAsync(job, Dispatch.Nine, 1, [app.Company.Tech, bob])).RefusedAsync(HttpStatusCode.UnprocessableEntity, "PRECONDITION_FAILED");

        Assert.Equal(0L, await app.ValueAsync("select count(*) from visits"));
    }

    [Fact]
    public async Task A_draft_that_is_deleted_leaves_who_was_to_go_in_the_audit_log()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (job, office, bob) = (await app.JobAsync(), await app.SignedInAsync(), await app.TechnicianAsync("bob"));
        await office.BookedAsync(job, Dispatch.Nine, 1, app.Company.Tech, bob);

        Assert.Equal(HttpStatusCode.NoContent, (await office.DeleteAsync($"/api/v1/jobs/{job}", FieldServiceUnderTest.Stop)).StatusCode);

        Assert.Equal(2, await app.ValueAsync("select jsonb_array_length(old_value -> 'technician_ids') from audit_log where entity_type = 'visit' and action = 'delete'"));
    }

    private static async Task<string> ReadAsync(HttpClient office, Guid visit)
    {
        var read = await (await office.ReadAsync($"/api/v1/visits/{visit}")).DataAsync();
        return $"{read["assigned_user_id"]}|{string.Join(',', read["technician_ids"]!.AsArray().Select(id => (string)id!))}";
    }
}
