using System.Net;
using System.Net.Http.Json;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Visits;

public sealed class MovingAVisit(PostgresServer postgres)
{
    [Fact]
    public async Task To_another_start_keeps_its_length_and_its_people()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (job, office, bob) = (await app.JobAsync("scheduled"), await app.SignedInAsync(), await app.TechnicianAsync("bob"));
        var visit = await office.BookedAsync(job, Dispatch.Nine, 1.5, app.Company.Tech, bob);

        var moved = await (await office.MoveAsync(visit, Dispatch.Nine.AddHours(1))).DataAsync();

        Assert.Equal($"2026-11-23T15:00:00.000Z|2026-11-23T16:30:00.000Z|2026-11-23T10:00:00|2026-11-23T11:30:00|{app.Company.Tech.Id}|{bob.Id}",
            $"{moved["scheduled_start"]}|{moved["scheduled_end"]}|{moved["local_start"]}|{moved["local_end"]}|{moved["technician_ids"]![0]}|{moved["technician_ids"]![1]}");
        Assert.Equal("2026-11-23T14:00:00.000Z|2026-11-23T15:00:00.000Z",
            await app.ValueAsync("select (old_value ->> 'scheduled_start') || '|' || (new_value ->> 'scheduled_start') from audit_log where entity_id = $1 and action = 'update'", visit));
    }

    [Fact]
    public async Task To_somebody_else_at_another_time_is_one_change()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (job, office, bob) = (await app.JobAsync("scheduled"), await app.SignedInAsync(), await app.TechnicianAsync("bob"));
        var visit = await office.BookedAsync(job, Dispatch.Nine, 1, app.Company.Tech);

        var moved = await (await office.MoveAsync(visit, Dispatch.Nine.AddDays(1), [bob])).DataAsync();

        Assert.Equal((bob.Id, 2), ((Guid)moved["assigned_user_id"]!, (int)moved["version"]!));
        await office.BookedAsync(job, Dispatch.Nine, 1, app.Company.Tech);
        await (await office.BookAsync(job, Dispatch.Nine.AddDays(1), 1, [bob])).RefusedAsync(HttpStatusCode.Conflict, "SCHEDULE_CONFLICT");
        Assert.Empty((await (await office.MoveAsync(visit, null, [])).DataAsync())["technician_ids"]!.AsArray());
    }

    [Fact]
    public async Task Onto_another_one_is_refused_and_changes_nothing()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (job, office) = (await app.JobAsync("scheduled"), await app.SignedInAsync());
        var first = await office.BookedAsync(job, Dispatch.Nine, 1, app.Company.Tech);
        var second = await office.BookedAsync(job, Dispatch.Nine.AddHours(2), 1, app.Company.Tech);

        await (await office.MoveAsync(second, Dispatch.Nine.AddMinutes(30))).RefusedAsync(HttpStatusCode.Conflict, "SCHEDULE_CONFLICT");
        await (await office.PatchAsync($"/api/v1/visits/{second}", new { scheduled_start = Dispatch.Nine.AddMinutes(59) })).RefusedAsync(HttpStatusCode.Conflict, "SCHEDULE_CONFLICT");
        await (await office.PatchAsync($"/api/v1/visits/{first}", new { scheduled_end = Dispatch.Nine.AddHours(2.5) })).RefusedAsync(HttpStatusCode.Conflict, "SCHEDULE_CONFLICT");

        Assert.Equal(2L, await app.ValueAsync("select count(*) from visits where version = 1"));
        // It is not in its own way.
        await (await office.MoveAsync(first, Dispatch.Nine.AddMinutes(15))).DataAsync();
        var over = await (await office.MoveAsync(second, Dispatch.Nine, reason: "The client insists")).DataAsync();
        Assert.True((bool)over["is_double_booked"]!);
        // Back where there is room it is an ordinary visit again.
        Assert.False((bool)(await (await office.MoveAsync(second, Dispatch.Nine.AddHours(3))).DataAsync())["is_double_booked"]!);
    }

    [Theory]
    [InlineData("completed")]
    [InlineData("cancelled")]
    public async Task That_is_over_is_refused_but_its_notes_may_change(string status)
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var office = await app.SignedInAsync();
        var visit = await app.VisitAsync(await app.JobAsync("in_progress"), app.Company.Tech, status);

        await (await office.MoveAsync(visit, Dispatch.Nine.AddDays(1))).RefusedAsync(HttpStatusCode.UnprocessableEntity, "IMMUTABLE_ENTITY");
        await (await office.PatchAsync($"/api/v1/visits/{visit}", new { assigned_user_id = app.Company.Owner.Id })).RefusedAsync(HttpStatusCode.UnprocessableEntity, "IMMUTABLE_ENTITY");
        Assert.Equal("Left the key", (string?)(await (await office.PatchAsync($"/api/v1/visits/{visit}", new { tech_notes = "Left the key" })).DataAsync())["tech_notes"]);
    }

    [Fact]
    public async Task With_the_same_key_moves_once_and_answers_the_same()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (job, office) = (await app.JobAsync("scheduled"), await app.SignedInAsync());
        var visit = await office.BookedAsync(job, Dispatch.Nine, 1, app.Company.Tech);

        var answers = await app.AtOnceAsync("visits", visit, [.. Enumerable.Range(0, 5).Select(_ =>
            (Func<Task<HttpResponseMessage>>)(() => office.MoveAsync(visit, Dispatch.Nine.AddHours(1), key: "drag-1")))]);

        var bodies = await Task.WhenAll(answers.Select(async answer => (await answer.DataAsync()).ToJsonString()));
        Assert.Single(bodies.Distinct());
        Assert.Equal(2, await app.ValueAsync("select version from visits"));
    }

    [Fact]
    public async Task That_somebody_else_has_moved_meanwhile_is_told()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (job, office) = (await app.JobAsync("scheduled"), await app.SignedInAsync());
        var visit = await office.BookedAsync(job, Dispatch.Nine, 1, app.Company.Tech);
        Task<HttpResponseMessage> Drag(int hours, string key) => office.SendAsync(new(HttpMethod.Post, $"/api/v1/visits/{visit}/reschedule")
        {
            Headers = { { "If-Match", "\"v1\"" }, { "Idempotency-Key", key } }, Content = JsonContent.Create(new { scheduled_start = Dispatch.Nine.AddHours(hours) }),
        }, FieldServiceUnderTest.Stop);

        var first = await Drag(1, "one");
        var late = await Drag(2, "two");
        var retried = await Drag(1, "one");

        await late.RefusedAsync(HttpStatusCode.PreconditionFailed, "STALE_VERSION");
        Assert.Equal((await first.DataAsync()).ToJsonString(), (await retried.DataAsync()).ToJsonString());
        Assert.Equal(2, await app.ValueAsync("select version from visits"));
    }

    [Fact]
    public async Task Of_ten_that_are_moved_to_the_same_time_one_gets_there()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (job, office, visits) = (await app.JobAsync("scheduled"), await app.SignedInAsync(), new List<Guid>());
        for (var i = 0; i < 10; i++) visits.Add(await office.BookedAsync(job, Dispatch.Nine.AddHours(i), 1, app.Company.Tech));

        var answers = await app.AtOnceAsync("users", app.Company.Tech.Id, [.. visits.Select(visit =>
            (Func<Task<HttpResponseMessage>>)(() => office.MoveAsync(visit, Dispatch.Nine.AddDays(1))))]);

        Assert.Single(answers, answer => answer.StatusCode is HttpStatusCode.OK);
        foreach (var answer in answers.Where(answer => answer.StatusCode is not HttpStatusCode.OK)) await answer.RefusedAsync(HttpStatusCode.Conflict, "SCHEDULE_CONFLICT");
        Assert.Equal((0L, 9L), (await app.OverlapsAsync(), (long)(await app.ValueAsync("select count(*) from visits where version = 1"))!));
    }

    [Fact]
    public async Task Two_that_change_places_at_once_never_hang()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (job, office, bob) = (await app.JobAsync("scheduled"), await app.SignedInAsync(), await app.TechnicianAsync("bob"));
        var mine = await office.BookedAsync(job, Dispatch.Nine, 1, app.Company.Tech);
        var his = await office.BookedAsync(job, Dispatch.Nine, 1, bob);

        var answers = await app.AtOnceAsync("users", bob.Id,
            () => office.MoveAsync(mine, null, [bob, app.Company.Tech]), () => office.MoveAsync(his, null, [app.Company.Tech, bob]));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode));
        Assert.Equal(0L, await app.OverlapsAsync());
    }

    [Fact]
    public async Task Is_the_offices_business()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var technician = await app.SignedInAsync(app.Company.Tech);
        var visit = await app.VisitAsync(await app.JobAsync("scheduled"), app.Company.Tech);

        await (await technician.MoveAsync(visit, Dispatch.Nine.AddHours(1))).RefusedAsync(HttpStatusCode.Forbidden, "FORBIDDEN");
    }
}
