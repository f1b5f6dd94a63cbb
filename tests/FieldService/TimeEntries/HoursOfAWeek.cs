using Outpost.Testing;

namespace Outpost.FieldService.Tests.TimeEntries;

public sealed class HoursOfAWeek(PostgresServer postgres)
{
    [Theory]
    [InlineData("America/New_York", "2026-11-01", 90_000)]
    [InlineData("America/New_York", "2026-03-08", 82_800)]
    [InlineData("Australia/Lord_Howe", "2026-04-05", 88_200)]
    [InlineData("Asia/Kathmandu", "2026-04-05", 86_400)]
    public async Task Work_through_a_whole_day_is_as_long_as_the_day(string zone, string day, long seconds)
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        await app.SqlAsync("update accounts set time_zone = $1 where id = $2", zone, app.Company.Account);
        await app.SqlAsync("""
            insert into time_entries (account_id, id, user_id, kind, started_at, ended_at, created_by)
            values ($1, gen_random_uuid(), $2, 'work', ($3::timestamp at time zone $4) - interval '3 hours', (($3::timestamp + interval '1 day') at time zone $4) + interval '2 hours', $2)
            """, app.Company.Account, app.Company.Tech.Id, DateTime.Parse(day, System.Globalization.CultureInfo.InvariantCulture), zone);
        var tech = await app.SignedInAsync(app.Company.Tech);

        var person = Assert.Single((await (await tech.ReadAsync($"/api/v1/hours?period=month&on={day}")).DataAsync())["people"]!.AsArray())!;

        Assert.Equal(seconds, (long)person["days"]!.AsArray().Single(d => (string?)d!["on"] == day)!["work_seconds"]!);
    }

    /// <summary>Random entries over both clock changes of a year: the days of a month always add up to what was worked in it.</summary>
    [Theory]
    [InlineData("America/New_York", 1)]
    [InlineData("Europe/London", 2)]
    [InlineData("Australia/Lord_Howe", 3)]
    [InlineData("America/Phoenix", 4)]
    [InlineData("Pacific/Chatham", 5)]
    public async Task The_days_add_up_to_what_was_worked(string zone, int seed)
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        await app.SqlAsync("update accounts set time_zone = $1 where id = $2", zone, app.Company.Account);
        app.Clock.Advance(TimeSpan.FromDays(400));
        var office = await app.SignedInAsync();
#pragma warning disable CA5394 // the same entries at every run
        var dice = new Random(seed);
        var at = new DateTime(2026, 2, 1, 0, 0, 0, DateTimeKind.Utc);
        while (at.Year == 2026)
        {
            var start = at.AddSeconds(dice.Next(0, 200_000));
            at = start.AddSeconds(dice.Next(1, 100_000));
            await app.SqlAsync("insert into time_entries (account_id, id, user_id, kind, started_at, ended_at, created_by) values ($1, gen_random_uuid(), $2, $3, $4, $5, $2)",
                app.Company.Account, app.Company.Tech.Id, new[] { "work", "travel", "break" }[dice.Next(3)], start, at);
        }
#pragma warning restore CA5394

        long worked = 0, rested = 0;
        for (var month = new DateOnly(2026, 1, 1); month < new DateOnly(2027, 3, 1); month = month.AddMonths(1))
        {
            foreach (var person in (await (await office.ReadAsync($"/api/v1/hours?period=month&on={month:yyyy-MM-dd}")).DataAsync())["people"]!.AsArray())
            {
                var days = person!["days"]!.AsArray();
                Assert.Equal((long)person["paid_seconds"]!, days.Sum(d => (long)d!["paid_seconds"]!));
                Assert.All(days, d => Assert.InRange((long)d!["paid_seconds"]! + (long)d["break_seconds"]!, 0, 90_000));
                (worked, rested) = (worked + (long)person["paid_seconds"]!, rested + (long)person["break_seconds"]!);
            }
        }

        Assert.Equal(await app.ValueAsync("select sum(extract(epoch from ended_at - started_at)) from time_entries where kind <> 'break'"), (decimal)worked);
        Assert.Equal(await app.ValueAsync("select sum(extract(epoch from ended_at - started_at)) from time_entries where kind = 'break'"), (decimal)rested);
    }

    [Fact]
    public async Task What_crosses_midnight_is_shared_and_what_runs_counts_up_to_now()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var visit = await app.VisitAsync(await app.JobAsync("scheduled"), app.Company.Tech);
        var tech = await app.SignedInAsync(app.Company.Tech);
        // 23:00 to 01:30 in New York
        await (await tech.PostAsync("/api/v1/time-entries", new { visit_id = visit, kind = "work", started_at = "2026-11-18T23:00:00-05:00", ended_at = "2026-11-19T01:30:00-05:00" })).DataAsync(System.Net.HttpStatusCode.Created);
        await (await tech.PostAsync($"/api/v1/visits/{visit}/timer", new { kind = "travel" })).DataAsync(System.Net.HttpStatusCode.Created);
        app.Clock.Advance(TimeSpan.FromMinutes(10));

        var week = await (await tech.ReadAsync("/api/v1/hours?on=2026-11-19")).DataAsync();

        Assert.Equal(("2026-11-16", "2026-11-22"), ((string?)week["from"], (string?)week["to"]));
        var person = Assert.Single(week["people"]!.AsArray())!;
        Assert.Equal(["2026-11-18 3600", "2026-11-19 5400", "2026-11-21 600"], person["days"]!.AsArray().Select(d => $"{d!["on"]} {d["paid_seconds"]}"));
        Assert.True((bool)person["has_running"]!);
    }
}
