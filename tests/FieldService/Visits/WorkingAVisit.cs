using System.Net;
using Outpost.FieldService.Visits;
using Outpost.Kernel;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Visits;

public sealed class WorkingAVisit(PostgresServer postgres)
{
    [Fact]
    public async Task Every_status_answers_every_move_as_published()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (client, technician) = (await app.ClientAsync(), await app.SignedInAsync(app.Company.Tech));
        Dictionary<(string From, string To), string> published = new()
        {
            [("scheduled", "arrived")] = "in_progress",
            [("scheduled", "cancelled")] = "cancelled",
            [("arrived", "in_progress")] = "in_progress",
            [("arrived", "cancelled")] = "cancelled",
            [("in_progress", "completed")] = "completed",
        };

        foreach (var from in Words<VisitStatus>.All)
        {
            foreach (var to in Words<VisitStatus>.All)
            {
                var id = await app.VisitAsync(await app.JobAsync("draft", client), app.Company.Tech, from);

                var answer = await Move(technician, id, to);

                if (from == to) published[(from, to)] = from;
                if (published.TryGetValue((from, to), out var ends)) Assert.Equal(ends, (string?)(await answer.DataAsync())["status"]);
                else await answer.RefusedAsync(HttpStatusCode.Conflict, "INVALID_TRANSITION");

                Assert.Equal(ends ?? from, await app.StatusAsync("visits", id));
                Assert.Equal(ends is null || ends == from ? "" : $"{from}>{ends}", await app.HistoryAsync(id));
            }
        }
    }

    [Fact]
    public async Task Who_arrives_begins_to_work_and_the_job_with_them()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (job, technician) = (await app.JobAsync("scheduled"), await app.SignedInAsync(app.Company.Tech));
        var visit = await app.VisitAsync(job, app.Company.Tech);

        var moved = await (await technician.PostAsync($"/api/v1/visits/{visit}/transition", new { status = "arrived", tech_notes = "Dog is out" })).DataAsync();

        Assert.Equal("in_progress|2026-11-21T15:00:00.000Z|Dog is out", $"{moved["status"]}|{moved["arrived_at"]}|{moved["tech_notes"]}");
        Assert.Equal("scheduled>in_progress", await app.HistoryAsync(visit));
        Assert.Equal("scheduled>in_progress", await app.HistoryAsync(job));
        Assert.Equal(2L, await app.ValueAsync("select count(*) from audit_log where actor_id = $1 and entity_type <> 'session'", app.Company.Tech.Id));
    }

    [Theory]
    [InlineData("draft")]
    [InlineData("quoted")]
    [InlineData("in_progress")]
    [InlineData("cancelled")]
    public async Task A_job_that_is_not_scheduled_stays_as_it_is_when_work_begins(string status)
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (job, technician) = (await app.JobAsync(status), await app.SignedInAsync(app.Company.Tech));

        await (await Move(technician, await app.VisitAsync(job, app.Company.Tech), "arrived")).DataAsync();

        Assert.Equal((status, ""), (await app.StatusAsync("jobs", job), await app.HistoryAsync(job)));
    }

    [Fact]
    public async Task Nobody_arrives_who_is_not_assigned()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (job, office) = (await app.JobAsync("scheduled"), await app.SignedInAsync());
        var visit = await app.VisitAsync(job, null);

        await (await Move(office, visit, "arrived")).RefusedAsync(HttpStatusCode.UnprocessableEntity, "PRECONDITION_FAILED");
        Assert.Equal(("scheduled", "scheduled"), (await app.StatusAsync("visits", visit), await app.StatusAsync("jobs", job)));

        await (await Move(office, visit, "cancelled")).DataAsync();
    }

    [Fact]
    public async Task An_owner_who_works_alone_starts_and_completes_their_own_visit()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (job, owner) = (await app.JobAsync("scheduled"), await app.SignedInAsync());
        var visit = await app.VisitAsync(job, app.Company.Owner);

        await (await Move(owner, visit, "arrived")).DataAsync();
        app.Clock.Advance(TimeSpan.FromHours(2));
        var done = await (await Move(owner, visit, "completed")).DataAsync();

        Assert.Equal("2026-11-21T15:00:00.000Z|2026-11-21T17:00:00.000Z", $"{done["arrived_at"]}|{done["completed_at"]}");
        Assert.Equal("completed", await app.StatusAsync("jobs", job));
    }

    [Theory]
    [InlineData("in_progress", "in_progress>completed")]
    [InlineData("scheduled", "scheduled>in_progress, in_progress>completed")]
    [InlineData("draft", "")]
    [InlineData("quoted", "")]
    [InlineData("cancelled", "")]
    [InlineData("completed", "")]
    [InlineData("invoiced", "")]
    public async Task The_last_visit_completes_the_job_along_legal_moves_only(string status, string history)
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (job, technician) = (await app.JobAsync(status), await app.SignedInAsync(app.Company.Tech));
        await app.VisitAsync(job, app.Company.Owner, "cancelled");
        await app.VisitAsync(job, app.Company.Owner, "completed");
        var visit = await app.VisitAsync(job, app.Company.Tech, "in_progress");

        await (await Move(technician, visit, "completed")).DataAsync();

        Assert.Equal("completed", await app.StatusAsync("visits", visit));
        Assert.Equal(history, await app.HistoryAsync(job));
        Assert.Equal(history.Length > 0 ? "completed" : status, await app.StatusAsync("jobs", job));
    }

    [Theory]
    [InlineData("scheduled")]
    [InlineData("arrived")]
    [InlineData("in_progress")]
    public async Task A_visit_of_somebody_else_that_the_technician_cannot_see_keeps_the_job_open(string others)
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (job, technician) = (await app.JobAsync("in_progress"), await app.SignedInAsync(app.Company.Tech));
        await app.VisitAsync(job, app.Company.Owner, others);
        var visit = await app.VisitAsync(job, app.Company.Tech, "in_progress");

        await (await Move(technician, visit, "completed")).DataAsync();

        Assert.Equal("in_progress", await app.StatusAsync("jobs", job));
    }

    [Fact]
    public async Task Asking_again_changes_nothing_but_the_notes()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (job, technician) = (await app.JobAsync("in_progress"), await app.SignedInAsync(app.Company.Tech));
        var visit = await app.VisitAsync(job, app.Company.Tech, "in_progress");
        var first = await (await Move(technician, visit, "completed")).DataAsync();
        app.Clock.Advance(TimeSpan.FromMinutes(5));

        var again = await (await Move(technician, visit, "completed")).DataAsync();
        var noted = await (await technician.PostAsync($"/api/v1/visits/{visit}/transition", new { status = "completed", tech_notes = "All dry" })).DataAsync();

        Assert.Equal(first.ToJsonString(), again.ToJsonString());
        Assert.Equal(((string?)first["completed_at"], "All dry"), ((string?)noted["completed_at"], (string?)noted["tech_notes"]));
        Assert.Equal("in_progress>completed", await app.HistoryAsync(job));
    }

    [Fact]
    public async Task Two_completions_of_one_visit_at_once_count_once()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (job, technician, office) = (await app.JobAsync("in_progress"), await app.SignedInAsync(app.Company.Tech), await app.SignedInAsync());
        var visit = await app.VisitAsync(job, app.Company.Tech, "in_progress");

        var answers = await app.AtOnceAsync("jobs", job, () => Move(technician, visit, "completed"), () => Move(office, visit, "completed"));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        Assert.Equal(("in_progress>completed", "in_progress>completed"), (await app.HistoryAsync(visit), await app.HistoryAsync(job)));
    }

    [Fact]
    public async Task The_last_two_visits_completed_at_once_complete_the_job_once()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (job, technician, owner) = (await app.JobAsync("in_progress"), await app.SignedInAsync(app.Company.Tech), await app.SignedInAsync());
        var (one, other) = (await app.VisitAsync(job, app.Company.Tech, "in_progress"), await app.VisitAsync(job, app.Company.Owner, "in_progress"));

        var answers = await app.AtOnceAsync("jobs", job, () => Move(technician, one, "completed"), () => Move(owner, other, "completed"));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        Assert.Equal("in_progress>completed", await app.HistoryAsync(job));
    }

    [Fact]
    public async Task Arriving_and_calling_off_at_once_end_in_one_of_the_two()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (job, technician, office) = (await app.JobAsync("scheduled"), await app.SignedInAsync(app.Company.Tech), await app.SignedInAsync());
        var visit = await app.VisitAsync(job, app.Company.Tech);

        var answers = await app.AtOnceAsync("jobs", job, () => Move(technician, visit, "arrived"), () => Move(office, visit, "cancelled"));

        Assert.Single(answers, answer => answer.StatusCode is HttpStatusCode.OK);
        await Assert.Single(answers, answer => answer.StatusCode is not HttpStatusCode.OK).RefusedAsync(HttpStatusCode.Conflict, "INVALID_TRANSITION");
        var states = (await app.StatusAsync("visits", visit), await app.StatusAsync("jobs", job));
        Assert.True(states is ("in_progress", "in_progress") or ("cancelled", "scheduled"), states.ToString());
    }

    [Fact]
    public async Task Completing_a_visit_and_calling_off_its_job_at_once_leave_a_legal_history()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (job, technician, office) = (await app.JobAsync("in_progress"), await app.SignedInAsync(app.Company.Tech), await app.SignedInAsync());
        var visit = await app.VisitAsync(job, app.Company.Tech, "in_progress");

        var answers = await app.AtOnceAsync("jobs", job,
            () => Move(technician, visit, "completed"),
            () => office.PostAsync($"/api/v1/jobs/{job}/transition", new { status = "cancelled" }));

        Assert.Equal(HttpStatusCode.OK, answers[0].StatusCode);
        Assert.Equal("completed", await app.StatusAsync("visits", visit));
        Assert.Equal(answers[1].StatusCode is HttpStatusCode.OK ? "in_progress>cancelled" : "in_progress>completed", await app.HistoryAsync(job));
    }

    [Fact]
    public async Task A_visit_that_is_booked_while_the_last_one_is_completed_is_not_overlooked()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (job, technician, office) = (await app.JobAsync("in_progress"), await app.SignedInAsync(app.Company.Tech), await app.SignedInAsync());
        var visit = await app.VisitAsync(job, app.Company.Tech, "in_progress");

        await app.AtOnceAsync("jobs", job,
            () => office.PostAsync($"/api/v1/jobs/{job}/visits", new { scheduled_start = Preparing.Morning, scheduled_end = Preparing.Morning.AddHours(1) }),
            () => Move(technician, visit, "completed"));

        // Booked first: the job stays open. Completed first: it was done, and the booking came after.
        var bookedFirst = (bool)(await app.ValueAsync("""
            select (select ctid from audit_log where entity_type = 'visit' and action = 'insert') < (select ctid from audit_log where entity_type = 'visit' and action = 'update')
            """))!;
        var status = await app.StatusAsync("jobs", job);
        Assert.Equal(bookedFirst ? "in_progress" : "completed", status);
    }

    [Fact]
    public async Task A_technician_moves_their_own_visits_only()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (job, technician) = (await app.JobAsync("in_progress"), await app.SignedInAsync(app.Company.Tech));
        await app.VisitAsync(job, app.Company.Tech);

        foreach (var other in new[] { await app.VisitAsync(job, app.Company.Owner, "in_progress"), await app.VisitAsync(job, null) })
        {
            await (await Move(technician, other, "completed")).RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");
            await (await technician.PatchAsync($"/api/v1/visits/{other}", new { tech_notes = "Mine now" })).RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");
            await (await technician.ReadAsync($"/api/v1/visits/{other}")).RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        }

        Assert.Equal(0L, await app.ValueAsync("select count(*) from audit_log where entity_type <> 'session'"));
    }

    private static Task<HttpResponseMessage> Move(HttpClient client, Guid visit, string status) => client.PostAsync($"/api/v1/visits/{visit}/transition", new { status });
}
