using System.Net;
using Outpost.FieldService.Tests.Visits;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Schedule;

public sealed class StatingWorkingHours(PostgresServer postgres)
{
    private static object Week(string? zone = null) => new
    {
        time_zone = zone,
        hours = new[] { new { day = "monday", from = "08:00", to = "12:00" }, new { day = "monday", from = "12:30", to = "17:00" }, new { day = "tuesday", from = "22:00", to = "24:00" } },
    };

    [Fact]
    public async Task They_are_read_as_they_were_stated_replaced_as_a_whole_and_forgotten()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (office, technician, path) = (await app.SignedInAsync(), await app.SignedInAsync(app.Company.Tech), $"/api/v1/users/{app.Company.Tech.Id}/working-hours");
        await (await office.ReadAsync(path)).RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");

        await (await office.PutAsync(path, Week())).DataAsync();
        Assert.Equal("monday 08:00-12:00, monday 12:30-17:00, tuesday 22:00-24:00", await ReadAsync(technician, path));
        await (await office.PutAsync(path, new { time_zone = "Europe/Berlin", hours = new[] { new { day = "sunday", from = "00:00", to = "24:00" } } })).DataAsync();
        Assert.Equal("sunday 00:00-24:00", await ReadAsync(office, path));
        Assert.Equal(HttpStatusCode.NoContent, (await office.DeleteAsync(path, FieldServiceUnderTest.Stop)).StatusCode);

        await (await office.ReadAsync(path)).RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        Assert.Equal("insert update delete", await app.ValueAsync("select string_agg(action, ' ' order by ctid) from audit_log where entity_type = 'working_week'"));
    }

    [Fact]
    public async Task A_technician_sees_nobody_elses_and_changes_none()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (office, technician, path) = (await app.SignedInAsync(), await app.SignedInAsync(app.Company.Tech), $"/api/v1/users/{app.Company.Owner.Id}/working-hours");
        await (await office.PutAsync(path, Week())).DataAsync();

        await (await technician.ReadAsync(path)).RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        await (await technician.PutAsync($"/api/v1/users/{app.Company.Tech.Id}/working-hours", Week())).RefusedAsync(HttpStatusCode.Forbidden, "FORBIDDEN");
    }

    [Fact]
    public async Task What_is_no_week_is_refused()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (office, path) = (await app.SignedInAsync(), $"/api/v1/users/{app.Company.Tech.Id}/working-hours");

        foreach (var body in new[]
        {
            "{}", """{"hours":null}""", """{"hours":[null]}""", """{"hours":[{"day":"monday"}]}""",
            """{"hours":[{"day":"someday","from":"08:00","to":"12:00"}]}""", """{"hours":[{"day":"monday","from":"8","to":"12:00"}]}""",
            """{"hours":[{"day":"monday","from":"24:00","to":"24:00"}]}""", """{"hours":[{"day":"monday","from":"12:00","to":"08:00"}]}""",
            """{"hours":[{"day":"monday","from":"08:00","to":"12:00"},{"day":"monday","from":"11:59","to":"13:00"}]}""",
            """{"time_zone":"Mars/Olympus","hours":[]}""",
        })
        {
            var answer = await office.PutAsync(path, new StringContent(body, System.Text.Encoding.UTF8, "application/json"), FieldServiceUnderTest.Stop);
            Assert.Equal((body, HttpStatusCode.BadRequest), (body, answer.StatusCode));
        }

        await (await office.PutAsync($"/api/v1/users/{Guid.NewGuid()}/working-hours", Week())).RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        Assert.Equal(0L, await app.ValueAsync("select count(*) from working_weeks"));
    }

    [Fact]
    public async Task A_booking_outside_them_is_told_of_or_refused_as_the_company_wants()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (job, office) = (await app.JobAsync("scheduled"), await app.SignedInAsync());
        await (await office.PutAsync($"/api/v1/users/{app.Company.Tech.Id}/working-hours", Week())).DataAsync();

        // From nine to eleven on a Monday they work; through the break and on a Wednesday they do not.
        Assert.Empty((await (await office.BookAsync(job, Dispatch.Nine, 2, [app.Company.Tech])).JsonAsync())["warnings"]!.AsArray());
        var lunch = await (await office.BookAsync(job, Dispatch.Nine.AddHours(2.5), 2, [app.Company.Tech])).JsonAsync();
        Assert.Equal("outside_hours", (string?)Assert.Single(lunch["warnings"]!.AsArray())!["kind"]);

        await app.SetAsync("""{"schedule":{"outside_hours":"refuse"}}""");
        await (await office.BookAsync(job, Dispatch.Nine.AddDays(2), 1, [app.Company.Tech])).RefusedAsync(HttpStatusCode.Conflict, "SCHEDULE_CONFLICT");
        var over = await (await office.BookAsync(job, Dispatch.Nine.AddDays(2), 1, [app.Company.Tech], "Flooded cellar")).JsonAsync();
        Assert.Equal("Flooded cellar", await app.ValueAsync("select new_value -> 'schedule_override' ->> 'reason' from audit_log where entity_id = $1", (Guid)over["data"]!["id"]!));
        // Nobody has said when the owner works.
        Assert.Empty((await (await office.BookAsync(job, Dispatch.Nine.AddDays(2), 1, [app.Company.Owner])).JsonAsync())["warnings"]!.AsArray());
    }

    private static async Task<string> ReadAsync(HttpClient client, string path) => string.Join(", ",
        (await (await client.ReadAsync(path)).DataAsync())["hours"]!.AsArray().Select(span => $"{span!["day"]} {span["from"]}-{span["to"]}"));
}
