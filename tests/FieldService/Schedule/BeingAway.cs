using System.Net;
using Outpost.FieldService.Tests.Visits;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Schedule;

public sealed class BeingAway(PostgresServer postgres)
{
    private const string Path = "/api/v1/absences";

    [Fact]
    public async Task Days_are_those_of_the_persons_calendar_the_last_one_included()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var office = await app.SignedInAsync(app.Company.Admin);

        var absence = await (await office.PostAsync(Path, new { user_id = app.Company.Tech.Id, kind = "vacation", first_day = "2026-10-31", last_day = "2026-11-01", note = "Lake" })).DataAsync(HttpStatusCode.Created);

        // The first of November has 25 hours in New York.
        Assert.Equal("approved|2026-10-31T04:00:00.000Z|2026-11-02T05:00:00.000Z|Lake", $"{absence["status"]}|{absence["starts_at"]}|{absence["ends_at"]}|{absence["note"]}");
        Assert.Equal(1L, await app.ValueAsync("select count(*) from audit_log where entity_type = 'absence' and action = 'insert' and actor_id = $1", app.Company.Admin.Id));

        await (await office.PutAsync($"/api/v1/users/{app.Company.Tech.Id}/working-hours", new { time_zone = "Asia/Kathmandu", hours = Array.Empty<object>() })).DataAsync();
        var elsewhere = await (await office.PostAsync(Path, new { user_id = app.Company.Tech.Id, kind = "sick", first_day = "2026-11-24", last_day = "2026-11-24" })).DataAsync(HttpStatusCode.Created);
        Assert.Equal("2026-11-23T18:15:00.000Z|2026-11-24T18:15:00.000Z", $"{elsewhere["starts_at"]}|{elsewhere["ends_at"]}");
    }

    [Fact]
    public async Task Visits_that_are_booked_already_are_told_of_and_stay()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (job, office) = (await app.JobAsync("scheduled"), await app.SignedInAsync());
        var visit = await office.BookedAsync(job, Dispatch.Nine, 1, app.Company.Owner, app.Company.Tech);
        await office.BookedAsync(job, Dispatch.Nine.AddDays(1), 1, app.Company.Tech);
        await office.BookedAsync(job, Dispatch.Nine, 1);

        var answer = await office.PostAsync(Path, new { user_id = app.Company.Tech.Id, kind = "sick", first_day = "2026-11-23", last_day = "2026-11-23" }, "away-1");

        Assert.Equal(visit, (Guid?)Assert.Single((await answer.JsonAsync())["visits"]!.AsArray())!["id"]);
        Assert.Equal(3L, await app.ValueAsync("select count(*) from visits where version = 1"));
        await office.PostAsync(Path, new { user_id = app.Company.Tech.Id, kind = "sick", first_day = "2026-11-23", last_day = "2026-11-23" }, "away-1");
        Assert.Equal(1L, await app.ValueAsync("select count(*) from absences"));
    }

    [Fact]
    public async Task A_booking_then_is_refused_told_of_or_overridden()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (job, office) = (await app.JobAsync("scheduled"), await app.SignedInAsync());
        var absence = (Guid)(await (await office.PostAsync(Path, new { user_id = app.Company.Tech.Id, kind = "training", starts_at = Dispatch.Nine, ends_at = Dispatch.Nine.AddHours(2) }))
            .DataAsync(HttpStatusCode.Created))["id"]!;

        var error = await (await office.BookAsync(job, Dispatch.Nine.AddHours(1), 2, [app.Company.Tech])).RefusedAsync(HttpStatusCode.Conflict, "SCHEDULE_CONFLICT");
        Assert.Equal(("absence", absence), ((string?)error["details"]!["conflicts"]![0]!["kind"], (Guid?)error["details"]!["conflicts"]![0]!["absence_id"]));
        await (await office.BookAsync(job, Dispatch.Nine.AddHours(2), 1, [app.Company.Tech])).DataAsync(HttpStatusCode.Created);

        var over = await (await office.BookAsync(job, Dispatch.Nine, 1, [app.Company.Tech], "Agreed by phone")).DataAsync(HttpStatusCode.Created);
        Assert.False((bool)over["is_double_booked"]!);
        await app.SetAsync("""{"schedule":{"absences":"warn"}}""");
        Assert.Single((await (await office.BookAsync(job, Dispatch.Nine.AddHours(1), 1, [app.Company.Tech])).JsonAsync())["warnings"]!.AsArray());
    }

    [Fact]
    public async Task A_technician_asks_for_themself_and_the_office_decides()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (job, office, technician) = (await app.JobAsync("scheduled"), await app.SignedInAsync(), await app.SignedInAsync(app.Company.Tech));
        object Days(Guid? who = null, string? status = null) => new { user_id = who, kind = "vacation", first_day = "2026-11-23", last_day = "2026-11-27", status };

        await (await technician.PostAsync(Path, Days(app.Company.Owner.Id))).RefusedAsync(HttpStatusCode.Forbidden, "FORBIDDEN");
        await (await technician.PostAsync(Path, Days(status: "approved"))).RefusedAsync(HttpStatusCode.Forbidden, "FORBIDDEN");
        var asked = await (await technician.PostAsync(Path, Days())).DataAsync(HttpStatusCode.Created);
        var id = (Guid)asked["id"]!;
        Assert.Equal(("requested", app.Company.Tech.Id), ((string?)asked["status"], (Guid?)asked["user_id"]));

        // A wish keeps nobody from being booked; what the office approves does.
        await office.BookedAsync(job, Dispatch.Nine, 1, app.Company.Tech);
        await (await technician.PatchAsync($"{Path}/{id}", new { note = "Wedding" })).DataAsync();
        await (await technician.PatchAsync($"{Path}/{id}", new { status = "approved" })).RefusedAsync(HttpStatusCode.Forbidden, "FORBIDDEN");
        Assert.Single((await (await office.PatchAsync($"{Path}/{id}", new { status = "approved" })).JsonAsync())["visits"]!.AsArray());
        await (await office.BookAsync(job, Dispatch.Nine.AddDays(1), 1, [app.Company.Tech])).RefusedAsync(HttpStatusCode.Conflict, "SCHEDULE_CONFLICT");

        await (await technician.PatchAsync($"{Path}/{id}", new { note = "Longer" })).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");
        await (await technician.DeleteAsync($"{Path}/{id}", FieldServiceUnderTest.Stop)).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");
        var second = (Guid)(await (await technician.PostAsync(Path, Days())).DataAsync(HttpStatusCode.Created))["id"]!;
        Assert.Equal(HttpStatusCode.NoContent, (await technician.DeleteAsync($"{Path}/{second}", FieldServiceUnderTest.Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await office.DeleteAsync($"{Path}/{id}", FieldServiceUnderTest.Stop)).StatusCode);
        await office.BookedAsync(job, Dispatch.Nine.AddDays(1), 1, app.Company.Tech);
    }

    [Fact]
    public async Task A_technician_sees_their_own_only_and_the_office_filters()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (office, technician) = (await app.SignedInAsync(), await app.SignedInAsync(app.Company.Tech));
        var others = (Guid)(await (await office.PostAsync(Path, new { user_id = app.Company.Owner.Id, kind = "sick", first_day = "2026-11-23", last_day = "2026-11-23" })).DataAsync(HttpStatusCode.Created))["id"]!;
        await (await office.PostAsync(Path, new { user_id = app.Company.Tech.Id, kind = "vacation", first_day = "2026-12-01", last_day = "2026-12-01" })).DataAsync(HttpStatusCode.Created);

        await (await technician.ReadAsync($"{Path}/{others}")).RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        await (await technician.PatchAsync($"{Path}/{others}", new { note = "x" })).RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        foreach (var (client, query, kinds) in new[]
        {
            (technician, "", "vacation"), (office, "", "sick,vacation"), (office, "?order=desc", "vacation,sick"), (office, "?kind=sick", "sick"), (office, "?status=requested", ""),
            (office, $"?user_id={app.Company.Tech.Id}", "vacation"), (office, "?from=2026-11-24T05:00:00Z", "vacation"), (office, "?to=2026-11-24T05:00:00Z", "sick"),
        })
        {
            var rows = (await (await client.ReadAsync(Path + query)).DataAsync()).AsArray();
            Assert.Equal($"{query}: {kinds}", $"{query}: {string.Join(',', rows.Select(row => (string)row!["kind"]!))}");
        }
    }

    [Fact]
    public async Task What_is_no_absence_is_refused()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var office = await app.SignedInAsync();

        foreach (var body in new[]
        {
            """{"kind":"sick"}""", """{"first_day":"2026-11-23","last_day":"2026-11-23"}""", """{"kind":"bored","first_day":"2026-11-23","last_day":"2026-11-23"}""",
            """{"kind":"sick","first_day":"2026-11-23","last_day":"2026-11-22"}""", """{"kind":"sick","first_day":"2026-11-23"}""", """{"kind":"sick","first_day":"2026-11-23","ends_at":"2026-11-24T00:00:00Z"}""",
            """{"kind":"sick","starts_at":"2026-11-23T09:00:00Z","ends_at":"2026-11-23T09:00:00Z"}""", """{"kind":"sick","first_day":"0001-01-01","last_day":"9999-12-31"}""",
            """{"kind":"sick","first_day":"9999-12-31","last_day":"9999-12-31"}""", """{"kind":"sick","first_day":"2026-11-23","last_day":"2028-11-23"}""",
        })
        {
            var answer = await office.PostAsync(Path, new StringContent(body, System.Text.Encoding.UTF8, "application/json"), FieldServiceUnderTest.Stop);
            Assert.Equal((body, HttpStatusCode.BadRequest), (body, answer.StatusCode));
        }

        await (await office.PostAsync(Path, new { user_id = Guid.NewGuid(), kind = "sick", first_day = "2026-11-23", last_day = "2026-11-23" })).RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        Assert.Equal(0L, await app.ValueAsync("select count(*) from absences"));
    }

    [Fact]
    public async Task Entered_while_somebody_books_one_of_the_two_knows_of_the_other()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (job, office) = (await app.JobAsync("scheduled"), await app.SignedInAsync());

        var answers = await app.AtOnceAsync("users", app.Company.Tech.Id,
            () => office.BookAsync(job, Dispatch.Nine, 1, [app.Company.Tech]),
            () => office.PostAsync(Path, new { user_id = app.Company.Tech.Id, kind = "sick", first_day = "2026-11-23", last_day = "2026-11-23" }));

        Assert.Equal(HttpStatusCode.Created, answers[1].StatusCode);
        var told = (await answers[1].JsonAsync())["visits"]!.AsArray().Count;
        Assert.Equal(answers[0].StatusCode is HttpStatusCode.Created ? 1 : 0, told);
        if (told == 0) await answers[0].RefusedAsync(HttpStatusCode.Conflict, "SCHEDULE_CONFLICT");
    }
}
