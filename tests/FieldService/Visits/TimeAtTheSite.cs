using System.Net;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Visits;

public sealed class TimeAtTheSite(PostgresServer postgres)
{
    [Theory]
    [InlineData("America/New_York", "2026-03-07T09:00", "2026-03-07T11:00", "2026-03-07T14:00:00.000Z/2026-03-07T16:00:00.000Z 2026-03-07T09:00:00/2026-03-07T11:00:00", 0)]
    // Across both changes: the clock says four hours, three or five pass.
    [InlineData("America/New_York", "2026-03-08T00:00", "2026-03-08T04:00", "2026-03-08T05:00:00.000Z/2026-03-08T08:00:00.000Z 2026-03-08T00:00:00/2026-03-08T04:00:00", 0)]
    [InlineData("America/New_York", "2026-11-01T00:00", "2026-11-01T04:00", "2026-11-01T04:00:00.000Z/2026-11-01T09:00:00.000Z 2026-11-01T00:00:00/2026-11-01T04:00:00", 0)]
    // A time that does not exist moves on, and the answer says so.
    [InlineData("America/New_York", "2026-03-08T02:30", "2026-03-08T04:00", "2026-03-08T07:30:00.000Z/2026-03-08T08:00:00.000Z 2026-03-08T03:30:00/2026-03-08T04:00:00", 1)]
    [InlineData("America/New_York", "2026-03-08T02:30", "2026-03-08T03:15", "2026-03-08T07:30:00.000Z/2026-03-08T08:15:00.000Z 2026-03-08T03:30:00/2026-03-08T04:15:00", 1)]
    [InlineData("Europe/Berlin", "2026-03-29T02:30", "2026-03-29T05:00", "2026-03-29T01:30:00.000Z/2026-03-29T03:00:00.000Z 2026-03-29T03:30:00/2026-03-29T05:00:00", 1)]
    [InlineData("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-04T04:00", "2026-10-03T15:45:00.000Z/2026-10-03T17:00:00.000Z 2026-10-04T02:45:00/2026-10-04T04:00:00", 1)]
    [InlineData("Pacific/Apia", "2011-12-30T09:00", "2011-12-30T11:00", "2011-12-30T19:00:00.000Z/2011-12-30T21:00:00.000Z 2011-12-31T09:00:00/2011-12-31T11:00:00", 1)]
    // A time that exists twice is the first.
    [InlineData("Europe/Berlin", "2026-10-25T02:30", "2026-10-25T04:00", "2026-10-25T00:30:00.000Z/2026-10-25T03:00:00.000Z 2026-10-25T02:30:00/2026-10-25T04:00:00", 0)]
    [InlineData("Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-05T03:00", "2026-04-04T14:45:00.000Z/2026-04-04T16:30:00.000Z 2026-04-05T01:45:00/2026-04-05T03:00:00", 0)]
    [InlineData("Asia/Kathmandu", "2026-11-23T09:00", "2026-11-23T10:00", "2026-11-23T03:15:00.000Z/2026-11-23T04:15:00.000Z 2026-11-23T09:00:00/2026-11-23T10:00:00", 0)]
    [InlineData("America/Phoenix", "2026-03-08T02:30", "2026-03-08T03:30", "2026-03-08T09:30:00.000Z/2026-03-08T10:30:00.000Z 2026-03-08T02:30:00/2026-03-08T03:30:00", 0)]
    public async Task Is_understood_by_its_clock_and_answered_both_ways(string zone, string start, string end, string expected, int warnings)
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (job, office) = (await JobAtAsync(app, zone), await app.SignedInAsync());

        var answer = await office.PostAsync($"/api/v1/jobs/{job}/visits", new { local_start = start, local_end = end });

        var body = await answer.JsonAsync();
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        var visit = body["data"]!;
        Assert.Equal($"{zone} {expected}", $"{visit["time_zone"]} {visit["scheduled_start"]}/{visit["scheduled_end"]} {visit["local_start"]}/{visit["local_end"]}");
        Assert.Equal(Enumerable.Repeat("clock_change", warnings), body["warnings"]!.AsArray().Select(warning => (string)warning!["kind"]!));
        var read = await (await office.ReadAsync($"/api/v1/visits/{visit["id"]}")).DataAsync();
        Assert.Equal($"{zone} {expected}", $"{read["time_zone"]} {read["scheduled_start"]}/{read["scheduled_end"]} {read["local_start"]}/{read["local_end"]}");
    }

    [Fact]
    public async Task The_second_of_two_equal_times_is_reached_by_its_offset()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (job, office) = (await JobAtAsync(app, "America/New_York"), await app.SignedInAsync());

        var visit = await (await office.PostAsync($"/api/v1/jobs/{job}/visits", new { scheduled_start = "2026-11-01T01:30:00-05:00", scheduled_end = "2026-11-01T02:30:00-05:00" }))
            .DataAsync(HttpStatusCode.Created);

        Assert.Equal("2026-11-01T06:30:00.000Z|2026-11-01T01:30:00|2026-11-01T02:30:00", $"{visit["scheduled_start"]}|{visit["local_start"]}|{visit["local_end"]}");
    }

    [Fact]
    public async Task Is_the_accounts_where_the_site_has_none_of_its_own()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (job, office) = (await app.JobAsync("scheduled"), await app.SignedInAsync());

        var visit = await (await office.PostAsync($"/api/v1/jobs/{job}/visits", new { local_start = "2026-11-23T09:00:00", local_end = "2026-11-23T10:00:00" })).DataAsync(HttpStatusCode.Created);

        Assert.Equal("America/New_York|2026-11-23T14:00:00.000Z", $"{visit["time_zone"]}|{visit["scheduled_start"]}");
    }

    [Fact]
    public async Task Moves_by_its_clock_and_keeps_the_length()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (job, office) = (await JobAtAsync(app, "Europe/Berlin"), await app.SignedInAsync());
        var visit = (Guid)(await (await office.PostAsync($"/api/v1/jobs/{job}/visits", new { local_start = "2026-03-28T23:00", local_end = "2026-03-29T01:00" })).DataAsync(HttpStatusCode.Created))["id"]!;

        var moved = await (await office.PostAsync($"/api/v1/visits/{visit}/reschedule", new { local_start = "2026-03-29T01:00" })).DataAsync();
        Assert.Equal("2026-03-29T00:00:00.000Z|2026-03-29T02:00:00.000Z|2026-03-29T04:00:00", $"{moved["scheduled_start"]}|{moved["scheduled_end"]}|{moved["local_end"]}");

        var longer = await (await office.PatchAsync($"/api/v1/visits/{visit}", new { local_end = "2026-03-29T05:00" })).DataAsync();
        Assert.Equal("2026-03-29T00:00:00.000Z|2026-03-29T03:00:00.000Z", $"{longer["scheduled_start"]}|{longer["scheduled_end"]}");
    }

    [Fact]
    public async Task Told_in_two_ways_or_half_is_refused()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (job, office) = (await JobAtAsync(app, "Europe/Berlin"), await app.SignedInAsync());
        var visit = await app.VisitAsync(job, null);

        foreach (var body in new[]
        {
            """{"local_start":"2026-11-23T09:00"}""",
            """{"local_end":"2026-11-23T09:00"}""",
            """{"local_start":"2026-11-23T09:00","local_end":"2026-11-23T09:00"}""",
            """{"local_start":"2026-11-23T09:00","local_end":"2026-11-23T08:00"}""",
            """{"local_start":"2026-11-23T09:00Z","local_end":"2026-11-23T10:00Z"}""",
            """{"local_start":"2026-11-23T09:00+01:00","local_end":"2026-11-23T10:00+01:00"}""",
            """{"local_start":"2026-11-23","local_end":"2026-11-24"}""",
            """{"local_start":"2026-11-31T09:00","local_end":"2026-11-31T10:00"}""",
            """{"local_start":"0001-01-01T00:00","local_end":"9999-12-31T00:00"}""",
            """{"local_start":"2026-11-23T09:00","local_end":"2027-11-23T10:00"}""",
            """{"local_start":"2026-11-23T09:00","scheduled_end":"2026-11-23T10:00:00Z"}""",
            """{"scheduled_start":"2026-11-23T09:00:00Z","scheduled_end":"2026-11-23T10:00:00Z","local_start":"2026-11-23T09:00"}""",
        })
        {
            StringContent Content() => new(body, System.Text.Encoding.UTF8, "application/json");
            Assert.Equal((body, HttpStatusCode.BadRequest), (body, (await office.PostAsync($"/api/v1/jobs/{job}/visits", Content(), FieldServiceUnderTest.Stop)).StatusCode));
            if (body.Contains("2026-11-23T09:00\"}", StringComparison.Ordinal)) continue; // a half is enough to move what is there
            Assert.Equal((body, HttpStatusCode.BadRequest), (body, (await office.PostAsync($"/api/v1/visits/{visit}/reschedule", Content(), FieldServiceUnderTest.Stop)).StatusCode));
            Assert.Equal((body, HttpStatusCode.BadRequest), (body, (await office.PatchAsync($"/api/v1/visits/{visit}", Content(), FieldServiceUnderTest.Stop)).StatusCode));
        }

        Assert.Equal(HttpStatusCode.BadRequest, (await office.PatchAsync($"/api/v1/visits/{visit}", new { scheduled_start = (string?)null })).StatusCode);
        Assert.Equal((1L, 1), ((long)(await app.ValueAsync("select count(*) from visits"))!, (int)(await app.ValueAsync("select version from visits"))!));
    }

    [Theory]
    [InlineData("Mars/Olympus")]
    [InlineData("UTC+05:30")]
    [InlineData("EST5EDT4")]
    public async Task A_site_has_a_zone_of_the_IANA_database(string zone)
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (client, office) = (await app.ClientAsync(), await app.SignedInAsync());
        var property = await app.PropertyAsync(client);

        await (await office.PostAsync("/api/v1/properties", new { client_id = client, address = "1 Rd", time_zone = zone })).RefusedAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        await (await office.PatchAsync($"/api/v1/properties/{property}", new { time_zone = zone })).RefusedAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");

        Assert.Equal("Asia/Kathmandu", (string?)(await (await office.PatchAsync($"/api/v1/properties/{property}", new { time_zone = "Asia/Kathmandu" })).DataAsync())["time_zone"]);
        Assert.Equal("Asia/Kathmandu", (string?)(await (await office.ReadAsync($"/api/v1/properties/{property}")).DataAsync())["time_zone"]);
        Assert.Null((await (await office.PatchAsync($"/api/v1/properties/{property}", new { time_zone = (string?)null })).DataAsync())["time_zone"]);
    }

    private static async Task<Guid> JobAtAsync(FieldServiceUnderTest app, string zone)
    {
        var client = await app.ClientAsync();
        var (property, job) = (await app.PropertyAsync(client), await app.JobAsync("scheduled", client));
        await app.SqlAsync("update properties set time_zone = $2 where id = $1", property, zone);
        await app.SqlAsync("update jobs set property_id = $2 where id = $1", job, property);
        return job;
    }
}
