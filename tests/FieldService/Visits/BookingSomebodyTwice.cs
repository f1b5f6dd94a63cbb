using System.Net;
using System.Text.Json.Nodes;
using Npgsql;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Visits;

public sealed class BookingSomebodyTwice(PostgresServer postgres)
{
    [Fact]
    public async Task Is_refused_and_the_visit_in_the_way_is_named()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (job, office) = (await app.JobAsync("scheduled", title: "Roof"), await app.SignedInAsync());
        var first = await office.BookedAsync(job, Dispatch.Nine, 2, app.Company.Tech);

        var error = await (await office.BookAsync(job, Dispatch.Nine.AddHours(1), 2, [app.Company.Tech])).RefusedAsync(HttpStatusCode.Conflict, "SCHEDULE_CONFLICT");

        var conflict = Assert.Single(error["details"]!["conflicts"]!.AsArray())!;
        Assert.Equal($"overlap|{first}|{app.Company.Tech.Id}|2026-11-23T14:00:00.000Z|2026-11-23T16:00:00.000Z",
            $"{conflict["kind"]}|{conflict["visit_id"]}|{conflict["user_id"]}|{conflict["starts_at"]}|{conflict["ends_at"]}");
        Assert.Contains("tech of north is booked for “Roof” from 2026-11-23 09:00 to 11:00", (string?)error["message"], StringComparison.Ordinal);
        Assert.Equal(1L, await app.ValueAsync("select count(*) from visits"));
        Assert.Equal(1L, await app.ValueAsync("select count(*) from audit_log where entity_type = 'visit'"));
    }

    [Fact]
    public async Task One_visit_may_begin_when_the_other_ends()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (job, office) = (await app.JobAsync("scheduled"), await app.SignedInAsync());

        await office.BookedAsync(job, Dispatch.Nine, 2, app.Company.Tech);
        await office.BookedAsync(job, Dispatch.Nine.AddHours(2), 1, app.Company.Tech);
        await office.BookedAsync(job, Dispatch.Nine.AddHours(-1), 1, app.Company.Tech);

        Assert.Equal(3L, await app.ValueAsync("select count(*) from visits"));
    }

    [Theory]
    [InlineData("scheduled", true)]
    [InlineData("arrived", true)]
    [InlineData("in_progress", true)]
    [InlineData("completed", false)]
    [InlineData("cancelled", false)]
    public async Task Only_what_is_still_to_be_done_is_in_the_way(string status, bool blocks)
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (job, office) = (await app.JobAsync("scheduled"), await app.SignedInAsync());
        await app.VisitAsync(job, app.Company.Tech, status);

        var answer = await office.BookAsync(job, Dispatch.Nine, 1, [app.Company.Tech]);

        Assert.Equal(blocks ? HttpStatusCode.Conflict : HttpStatusCode.Created, answer.StatusCode);
    }

    [Fact]
    public async Task Nobody_is_in_the_way_of_a_visit_that_nobody_has_or_somebody_else()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (job, office) = (await app.JobAsync("scheduled"), await app.SignedInAsync());
        await office.BookedAsync(job, Dispatch.Nine, 2, app.Company.Tech);

        await office.BookedAsync(job, Dispatch.Nine, 2);
        await office.BookedAsync(job, Dispatch.Nine, 2);
        await office.BookedAsync(job, Dispatch.Nine, 2, app.Company.Owner);

        Assert.Equal(0L, await app.OverlapsAsync());
    }

    [Fact]
    public async Task The_office_overrides_with_a_reason_and_the_audit_log_keeps_who_and_why()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (job, office) = (await app.JobAsync("scheduled"), await app.SignedInAsync(app.Company.Admin));
        var first = await office.BookedAsync(job, Dispatch.Nine, 2, app.Company.Tech);

        var answer = await office.BookAsync(job, Dispatch.Nine, 1, [app.Company.Tech], "They live next door");

        var body = await answer.JsonAsync();
        Assert.Equal((HttpStatusCode.Created, true), (answer.StatusCode, (bool?)body["data"]!["is_double_booked"]));
        Assert.Equal(first, (Guid?)Assert.Single(body["warnings"]!.AsArray())!["visit_id"]);
        var kept = JsonNode.Parse((string)(await app.ValueAsync(
            "select (new_value -> 'schedule_override')::text from audit_log where entity_id = $1 and actor_id = $2", (Guid)body["data"]!["id"]!, app.Company.Admin.Id))!)!;
        Assert.Equal($"override|They live next door|{first}", $"{kept["allowed_by"]}|{kept["reason"]}|{kept["conflicts"]![0]!["visit_id"]}");
    }

    [Fact]
    public async Task What_was_overridden_is_in_the_way_of_the_next_one_like_any_visit()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (job, office) = (await app.JobAsync("scheduled"), await app.SignedInAsync());
        await office.BookedAsync(job, Dispatch.Nine, 2, app.Company.Tech);
        var over = (Guid)(await (await office.BookAsync(job, Dispatch.Nine.AddHours(1), 3, [app.Company.Tech], "Urgent")).DataAsync(HttpStatusCode.Created))["id"]!;

        var error = await (await office.BookAsync(job, Dispatch.Nine.AddHours(3), 1, [app.Company.Tech])).RefusedAsync(HttpStatusCode.Conflict, "SCHEDULE_CONFLICT");

        Assert.Equal(over, (Guid?)Assert.Single(error["details"]!["conflicts"]!.AsArray())!["visit_id"]);
    }

    [Fact]
    public async Task A_company_that_only_wants_to_be_warned_is_warned_and_the_audit_log_says_so()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (job, office) = (await app.JobAsync("scheduled"), await app.SignedInAsync());
        await app.SetAsync("""{"schedule":{"overlaps":"warn"}}""");
        await office.BookedAsync(job, Dispatch.Nine, 2, app.Company.Tech);

        var body = await (await office.BookAsync(job, Dispatch.Nine, 1, [app.Company.Tech])).JsonAsync();

        Assert.Equal("overlap", (string?)Assert.Single(body["warnings"]!.AsArray())!["kind"]);
        Assert.Equal("setting", await app.ValueAsync("select new_value -> 'schedule_override' ->> 'allowed_by' from audit_log where entity_id = $1", (Guid)body["data"]!["id"]!));
    }

    [Fact]
    public async Task An_override_without_a_reason_is_none()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (job, office) = (await app.JobAsync("scheduled"), await app.SignedInAsync());

        Assert.Equal(HttpStatusCode.BadRequest, (await office.BookAsync(job, Dispatch.Nine, 1, [app.Company.Tech], " ")).StatusCode);
        Assert.Equal(0L, await app.ValueAsync("select count(*) from visits"));
    }

    [Fact]
    public async Task Of_ten_who_book_the_same_technician_at_once_one_wins()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (jobs, office) = (new List<Guid>(), await app.SignedInAsync());
        for (var i = 0; i < 10; i++) jobs.Add(await app.JobAsync("scheduled"));

        var answers = await app.AtOnceAsync("users", app.Company.Tech.Id, [.. jobs.Select((job, i) =>
            (Func<Task<HttpResponseMessage>>)(() => office.BookAsync(job, Dispatch.Nine.AddMinutes(i * 5), 1, [app.Company.Tech])))]);

        Assert.Single(answers, answer => answer.StatusCode is HttpStatusCode.Created);
        foreach (var answer in answers.Where(answer => answer.StatusCode is not HttpStatusCode.Created)) await answer.RefusedAsync(HttpStatusCode.Conflict, "SCHEDULE_CONFLICT");
        Assert.Equal((1L, 0L), ((long)(await app.ValueAsync("select count(*) from visits"))!, await app.OverlapsAsync()));
    }

    [Fact]
    public async Task Two_technicians_named_in_either_order_never_wait_for_each_other_in_a_circle()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (jobs, office, bob) = (new List<Guid>(), await app.SignedInAsync(), await app.TechnicianAsync("bob"));
        Person[] people = [app.Company.Tech, bob, app.Company.Owner];
        for (var i = 0; i < 12; i++) jobs.Add(await app.JobAsync("scheduled"));

        foreach (var held in people)
        {
            await app.SqlAsync("delete from visits");
            var answers = await app.AtOnceAsync("users", held.Id, [.. jobs.Select((job, i) =>
                (Func<Task<HttpResponseMessage>>)(() => office.BookAsync(job, Dispatch.Nine, 1, i % 2 == 0 ? people : people.Reverse())))]);

            Assert.Single(answers, answer => answer.StatusCode is HttpStatusCode.Created);
            Assert.Equal(11, answers.Count(answer => answer.StatusCode is HttpStatusCode.Conflict));
        }
    }

    [Fact]
    public async Task Booking_somebody_while_they_are_deactivated_ends_in_one_order_or_the_other()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (job, office, admin) = (await app.JobAsync("scheduled"), await app.SignedInAsync(), await app.SignedInAsync());

        var answers = await app.AtOnceAsync("users", app.Company.Tech.Id,
            () => office.BookAsync(job, Dispatch.Nine, 1, [app.Company.Tech, app.Company.Owner]),
            () => admin.PostAsync($"/api/v1/users/{app.Company.Tech.Id}/deactivation", new { }));

        Assert.Equal(HttpStatusCode.OK, answers[1].StatusCode);
        Assert.True(answers[0].StatusCode is HttpStatusCode.Created or HttpStatusCode.UnprocessableEntity, $"{answers[0].StatusCode}");
    }

    [Fact]
    public async Task The_database_itself_holds_nobody_in_two_places()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var job = await app.JobAsync("scheduled");
        await app.SqlAsync(Insert, app.Company.Account, Guid.CreateVersion7(), job, app.Company.Tech.Id, Dispatch.Nine.UtcDateTime);

        var twice = await Assert.ThrowsAsync<PostgresException>(() =>
            app.SqlAsync(Insert, app.Company.Account, Guid.CreateVersion7(), job, app.Company.Tech.Id, Dispatch.Nine.UtcDateTime.AddMinutes(59)));

        Assert.Equal(("23P01", "a_technician_is_in_one_place_at_a_time"), (twice.SqlState, twice.ConstraintName));
        await app.SqlAsync(Insert, app.Company.Account, Guid.CreateVersion7(), job, app.Company.Tech.Id, Dispatch.Nine.UtcDateTime.AddHours(1));
    }

    private const string Insert = """
        insert into visits (account_id, id, job_id, assigned_user_id, scheduled_start, scheduled_end) values ($1, $2, $3, $4, $5, $5 + interval '1 hour')
        """;
}
