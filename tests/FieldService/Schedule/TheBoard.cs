using System.Net;
using Outpost.FieldService.Tests.Visits;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Schedule;

public sealed class TheBoard(PostgresServer postgres)
{
    private const string Week = "/api/v1/schedule?from=2026-11-23&to=2026-11-29";

    [Fact]
    public async Task Shows_people_their_hours_absences_and_visits_and_apart_what_nobody_has()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (job, office, bob) = (await app.JobAsync("scheduled", title: "Roof"), await app.SignedInAsync(), await app.TechnicianAsync("bob"));
        await (await office.PutAsync($"/api/v1/users/{bob.Id}/working-hours", new { hours = new[] { new { day = "monday", from = "08:00", to = "12:00" }, new { day = "friday", from = "08:00", to = "12:00" } } })).DataAsync();
        await (await office.PostAsync("/api/v1/absences", new { user_id = bob.Id, kind = "vacation", first_day = "2026-11-27", last_day = "2026-11-28" })).DataAsync(HttpStatusCode.Created);
        var both = await office.BookedAsync(job, Dispatch.Nine, 1, bob, app.Company.Tech);
        var nobodys = await office.BookedAsync(job, Dispatch.Nine, 1);
        var last = await office.BookedAsync(job, Dispatch.Nine.AddDays(-1).AddHours(14.5), 1, app.Company.Tech); // over midnight into the Monday
        await office.BookedAsync(job, Dispatch.Nine.AddDays(7), 1, bob);
        await office.TransitionAsync(await office.BookedAsync(job, Dispatch.Nine.AddHours(5), 1, bob), "cancelled");

        var board = await (await office.ReadAsync(Week)).DataAsync();

        Assert.Equal("2026-11-23|2026-11-29|America/New_York|2026-11-23T05:00:00.000Z|2026-11-30T05:00:00.000Z",
            $"{board["from"]}|{board["to"]}|{board["time_zone"]}|{board["starts_at"]}|{board["ends_at"]}");
        var lanes = board["technicians"]!.AsArray();
        Assert.Equal(["bob", "tech of north"], lanes.Select(lane => (string)lane!["full_name"]!));
        Assert.Equal("2026-11-23T13:00:00.000Z 2026-11-27T13:00:00.000Z", string.Join(' ', lanes[0]!["working_hours"]!.AsArray().Select(span => span!["starts_at"])));
        Assert.Null(lanes[1]!["working_hours"]);
        Assert.Equal("vacation", (string?)Assert.Single(lanes[0]!["absences"]!.AsArray())!["kind"]);
        Assert.Equal(both, (Guid?)Assert.Single(lanes[0]!["visits"]!.AsArray())!["id"]);
        Assert.Equal([last, both], lanes[1]!["visits"]!.AsArray().Select(visit => (Guid)visit!["id"]!));
        Assert.Equal(("Roof", "Ada Byron", "2026-11-23T09:00:00"), ((string?)lanes[0]!["visits"]![0]!["job_title"], (string?)lanes[0]!["visits"]![0]!["client_name"], (string?)lanes[0]!["visits"]![0]!["local_start"]));
        Assert.Equal(nobodys, (Guid?)Assert.Single(board["unassigned"]!.AsArray())!["id"]);
    }

    [Fact]
    public async Task Shows_a_technician_their_own_part()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (job, office, bob) = (await app.JobAsync("scheduled"), await app.SignedInAsync(), await app.TechnicianAsync("bob"));
        await office.BookedAsync(job, Dispatch.Nine, 1, bob);
        await office.BookedAsync(job, Dispatch.Nine, 1);
        var own = await office.BookedAsync(job, Dispatch.Nine.AddHours(1), 1, bob, app.Company.Tech);
        await (await office.PostAsync("/api/v1/absences", new { user_id = bob.Id, kind = "vacation", first_day = "2026-11-27", last_day = "2026-11-27" })).DataAsync(HttpStatusCode.Created);

        var board = await (await (await app.SignedInAsync(app.Company.Tech)).ReadAsync(Week)).DataAsync();

        var lane = Assert.Single(board["technicians"]!.AsArray())!;
        Assert.Equal((app.Company.Tech.Id, own), ((Guid)lane["id"]!, (Guid)Assert.Single(lane["visits"]!.AsArray())!["id"]!));
        Assert.Empty(board["unassigned"]!.AsArray());
    }

    [Theory]
    [InlineData("from=2026-11-23&to=2027-01-03", 200)]
    [InlineData("from=2026-11-23&to=2027-01-04", 400)]
    [InlineData("from=2026-11-23&to=2026-11-22", 400)]
    [InlineData("from=2026-11-31", 400)]
    [InlineData("from=9999-12-31", 400)]
    [InlineData("from=now", 400)]
    [InlineData("", 200)]
    public async Task Shows_up_to_forty_two_days(string query, int status)
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);

        Assert.Equal((HttpStatusCode)status, (await (await app.SignedInAsync()).ReadAsync($"/api/v1/schedule?{query}")).StatusCode);
    }

    [Fact]
    public async Task An_opening_is_working_time_that_nothing_takes()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (job, office, bob) = (await app.JobAsync("scheduled"), await app.SignedInAsync(), await app.TechnicianAsync("bob"));
        await (await office.PutAsync($"/api/v1/users/{bob.Id}/working-hours", new { hours = new[] { new { day = "monday", from = "08:00", to = "12:00" }, new { day = "monday", from = "13:00", to = "16:00" } } })).DataAsync();
        await office.BookedAsync(job, Dispatch.Nine, 1, app.Company.Tech, bob);
        await office.TransitionAsync(await office.BookedAsync(job, Dispatch.Nine.AddHours(1), 1, bob), "cancelled");
        await (await office.PostAsync("/api/v1/absences", new { user_id = bob.Id, kind = "other", starts_at = Dispatch.Nine.AddHours(6), ends_at = Dispatch.Nine.AddDays(1) })).DataAsync(HttpStatusCode.Created);

        Assert.Equal("08:00-09:00 10:00-12:00 13:00-15:00", await OpeningsAsync(office, $"user_id={bob.Id}&duration_minutes=60"));
        Assert.Equal("10:00-12:00 13:00-15:00", await OpeningsAsync(office, $"user_id={bob.Id}&duration_minutes=61"));
        Assert.Equal("", await OpeningsAsync(office, $"user_id={bob.Id}&duration_minutes=121"));
        // Nobody has stated the other one's hours: eight to five.
        Assert.Equal("08:00-09:00 10:00-17:00", await OpeningsAsync(office, $"user_id={app.Company.Tech.Id}"));
        Assert.Equal("08:00-09:00 08:00-09:00 10:00-12:00 10:00-17:00 13:00-15:00", await OpeningsAsync(office, ""));
        app.Clock.Advance(Dispatch.Nine.AddHours(2) - FieldServiceUnderTest.Start);
        Assert.Equal("11:00-12:00 13:00-15:00", await OpeningsAsync(await app.SignedInAsync(bob), ""));
    }

    [Fact]
    public async Task An_opening_can_be_booked()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (job, office) = (await app.JobAsync("scheduled"), await app.SignedInAsync());
        await app.SetAsync("""{"schedule":{"outside_hours":"refuse"}}""");
        await (await office.PutAsync($"/api/v1/users/{app.Company.Tech.Id}/working-hours", new { time_zone = "Asia/Kathmandu", hours = new[] { new { day = "tuesday", from = "00:00", to = "08:00" } } })).DataAsync();
        await office.BookedAsync(job, new(2026, 11, 23, 20, 0, 0, TimeSpan.Zero), 1, app.Company.Tech);

        var openings = (await (await office.ReadAsync($"/api/v1/schedule/openings?from=2026-11-22&to=2026-11-28&user_id={app.Company.Tech.Id}&duration_minutes=30")).DataAsync()).AsArray();

        Assert.Equal(2, openings.Count);
        foreach (var opening in openings)
        {
            foreach (var start in new[] { "starts_at", "latest_start" })
            {
                await (await office.BookAsync(job, DateTimeOffset.Parse((string)opening![start]!, System.Globalization.CultureInfo.InvariantCulture), 0.5, [app.Company.Tech])).DataAsync(HttpStatusCode.Created);
            }
        }
    }

    [Fact]
    public async Task What_cannot_be_asked_for_is_refused()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (office, technician) = (await app.SignedInAsync(), await app.SignedInAsync(app.Company.Tech));

        foreach (var query in new[] { "duration_minutes=0", "duration_minutes=abc", "duration_minutes=1e9", "user_id=me", "from=2026-01-01&to=2026-12-31" })
        {
            await (await office.ReadAsync($"/api/v1/schedule/openings?{query}")).RefusedAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        }

        await (await office.ReadAsync($"/api/v1/schedule/openings?user_id={Guid.NewGuid()}")).RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        await (await technician.ReadAsync($"/api/v1/schedule/openings?user_id={app.Company.Owner.Id}")).RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");
    }

    private static async Task<string> OpeningsAsync(HttpClient client, string query) => string.Join(' ',
        (await (await client.ReadAsync($"/api/v1/schedule/openings?from=2026-11-23&to=2026-11-23&{query}")).DataAsync()).AsArray()
            .Select(opening => $"{((string)opening!["local_start"]!)[11..16]}-{((string)opening["local_end"]!)[11..16]}").Order(StringComparer.Ordinal));
}
