using System.Net;
using Outpost.FieldService.Recurring;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Recurring;

public sealed class MakingJobsAhead(PostgresServer postgres)
{
    [Fact]
    public async Task Each_time_within_the_horizon_has_a_job_and_a_visit()
    {
        await using var planner = await Planner.OpenAsync(postgres);
        var plan = await planner.PlanAsync();

        Assert.Equal(4, await planner.WorkAsync());

        Assert.Equal(["11-23 14:00 Check the boiler", "11-30 14:00 Check the boiler", "12-07 14:00 Check the boiler", "12-14 14:00 Check the boiler"], await planner.VisitsAsync());
        Assert.Equal(4L, await planner.App.ValueAsync("select count(*) from jobs where status = 'scheduled' and scheduled_end - scheduled_start = interval '1 hour' and property_id = $1", planner.Property));
        Assert.Equal("2026-12-21T14:00:00.000Z", (string?)(await planner.GetAsync($"{Planner.Plans}/{plan}"))["next_at"]);
        // Every row has its entry in the trail, made by nobody in person.
        Assert.Equal(8L, await planner.App.ValueAsync("select count(*) from audit_log where entity_type in ('job', 'visit') and action = 'insert' and actor_id is null"));
        Assert.Equal(0, await planner.WorkAsync());
        Assert.Equal(4, (await planner.VisitsAsync()).Length);
    }

    [Fact]
    public async Task Its_hour_stays_when_the_clocks_change()
    {
        await using var planner = await Planner.OpenAsync(postgres);
        await planner.PlanAsync(new { starts_at_local = "2027-03-01T09:00", horizon_days = 130, rrule = "FREQ=WEEKLY;COUNT=3" });
        await planner.PlanAsync(new { starts_at_local = "2027-03-22T09:00", horizon_days = 130, rrule = "FREQ=WEEKLY;COUNT=2", time_zone = "Europe/Berlin", title = "Berlin" });
        await planner.PlanAsync(new { starts_at_local = "2027-03-22T09:00", horizon_days = 130, rrule = "FREQ=WEEKLY;COUNT=1", time_zone = "Asia/Kathmandu", title = "Kathmandu" });

        await planner.WorkAsync();

        Assert.Equal(
            ["03-01 14:00 Check the boiler", "03-08 14:00 Check the boiler", "03-15 13:00 Check the boiler", "03-22 03:15 Kathmandu", "03-22 08:00 Berlin", "03-29 07:00 Berlin"],
            await planner.VisitsAsync());
    }

    [Fact]
    public async Task Days_without_a_worker_move_nothing_and_what_was_over_is_noted_as_missed()
    {
        await using var planner = await Planner.OpenAsync(postgres);
        var plan = await planner.PlanAsync(new { horizon_days = 1, rrule = "FREQ=DAILY", starts_at_local = "2026-11-21T16:00", duration_minutes = 120 });
        await planner.WorkAsync();
        Assert.Equal(["11-21 21:00 Check the boiler"], await planner.VisitsAsync());

        // Three days and seven hours later: the one of that afternoon is under way.
        await planner.WaitAsync(79 / 24d);
        Assert.Equal(2, await planner.WorkAsync());

        Assert.Equal(["11-21 21:00 Check the boiler", "11-24 21:00 Check the boiler", "11-25 21:00 Check the boiler"], await planner.VisitsAsync());
        Assert.Equal(
            ["2026-11-21T16:00 made", "2026-11-22T16:00 missed", "2026-11-23T16:00 missed", "2026-11-24T16:00 made", "2026-11-25T16:00 made"],
            (await planner.OccurrencesAsync(plan)).Select(o => $"{o!["occurs_at_local"]} {o["status"]}"));
        Assert.Equal("2026-11-26T21:00:00.000Z", (string?)(await planner.GetAsync($"{Planner.Plans}/{plan}"))["next_at"]);
    }

    [Fact]
    public async Task A_rule_that_began_long_ago_keeps_its_step_and_makes_nothing_of_the_past()
    {
        await using var planner = await Planner.OpenAsync(postgres);
        var plan = await planner.PlanAsync(new { starts_at_local = "2026-01-05T09:00", rrule = "FREQ=WEEKLY;INTERVAL=2" });

        await planner.WorkAsync();

        Assert.Equal(["11-23 14:00 Check the boiler", "12-07 14:00 Check the boiler"], await planner.VisitsAsync());
        Assert.Equal(2, (await planner.OccurrencesAsync(plan)).Count);
    }

    [Fact]
    public async Task Ten_workers_at_once_make_each_once()
    {
        await using var planner = await Planner.OpenAsync(postgres);
        for (var i = 0; i < 5; i++) await planner.PlanAsync(new { rrule = "FREQ=DAILY", starts_at_local = $"2026-11-23T{9 + i:00}:00", horizon_days = 40, technician_ids = Array.Empty<Guid>() });

        var made = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => planner.WorkAsync()));
        var rest = await planner.WorkAsync();

        Assert.Equal(191, made.Sum() + rest);
        Assert.Equal(191, (await planner.VisitsAsync()).Length);
        Assert.Equal(191L, await planner.App.ValueAsync("select count(distinct (plan_id, occurs_at_local)) from job_plan_occurrences where job_id is not null"));
        Assert.Equal(0L, await planner.App.ValueAsync("select count(*) from jobs j where not exists (select from job_plan_occurrences o where o.job_id = j.id)"));
    }

    [Fact]
    public async Task A_worker_that_dies_in_the_middle_leaves_nothing_half_made()
    {
        await using var planner = await Planner.OpenAsync(postgres);
        await planner.PlanAsync();
        // The database refuses the third visit: what a kill at that moment leaves behind is what a rollback leaves behind.
        await planner.App.SqlAsync("""
            create function break_off() returns trigger language plpgsql as $$ begin
              if (select count(*) from visits) >= 2 then raise exception 'cut off'; end if; return new; end $$;
            create trigger break_off before insert on visits for each row execute function break_off();
            """);
        await Assert.ThrowsAsync<Npgsql.PostgresException>(planner.WorkAsync);
        Assert.Equal(0L, await planner.App.ValueAsync("select (select count(*) from jobs) + (select count(*) from job_plan_occurrences) + (select count(*) from visits)"));

        await planner.App.SqlAsync("drop trigger break_off on visits");
        Assert.Equal(4, await planner.WorkAsync());
        Assert.Equal(4, (await planner.VisitsAsync()).Length);
    }

    [Fact]
    public async Task Somebody_who_has_left_does_not_stop_the_plan()
    {
        await using var planner = await Planner.OpenAsync(postgres);
        var plan = await planner.PlanAsync(new { rrule = "FREQ=WEEKLY;COUNT=2" });
        await planner.App.SqlAsync("update users set deactivated_at = now() where id = $1", planner.App.Company.Tech.Id);

        Assert.Equal(2, await planner.WorkAsync());

        Assert.Equal(["11-23 14:00 Check the boiler -", "11-30 14:00 Check the boiler -"], await planner.VisitsAsync());
        Assert.Equal(2, (await planner.OccurrencesAsync(plan, "&trouble=technician_unavailable")).Count);
        Assert.Equal(2, (int)(await planner.GetAsync(Planner.Plans))[0]!["troubles"]!);
    }

    [Fact]
    public async Task Somebody_who_is_busy_does_not_stop_the_plan_and_is_sent_nowhere_twice()
    {
        await using var planner = await Planner.OpenAsync(postgres);
        var first = await planner.PlanAsync(new { rrule = "FREQ=WEEKLY;COUNT=2" });
        var second = await planner.PlanAsync(new { rrule = "FREQ=WEEKLY;COUNT=3", starts_at_local = "2026-11-23T09:30", title = "Second" });

        await Task.WhenAll(planner.WorkAsync(), planner.WorkAsync());
        await planner.WorkAsync();

        var visits = await planner.VisitsAsync();
        Assert.Equal(5, visits.Length);
        Assert.Equal("12-07 14:30 Second", visits[^1]);
        Assert.Equal(2, visits.Count(visit => visit.EndsWith(" -", StringComparison.Ordinal)));
        Assert.Equal(2, (await planner.OccurrencesAsync(first, "&trouble=schedule_conflict")).Count + (await planner.OccurrencesAsync(second, "&trouble=schedule_conflict")).Count);
        // A change that leaves the time as it is changes nothing about who goes.
        await (await planner.Owner.PatchAsync($"{Planner.Plans}/{second}", new { title = "Second look" })).DataAsync();
        Assert.Equal(2, (await planner.VisitsAsync()).Count(visit => visit.EndsWith(" -", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Everybody_of_the_crew_is_booked_by_the_sites_clock()
    {
        await using var planner = await Planner.OpenAsync(postgres);
        await planner.App.SqlAsync("update properties set time_zone = 'America/Phoenix' where id = $1", planner.Property);
        await planner.PlanAsync(new { rrule = "FREQ=WEEKLY;COUNT=1", technician_ids = new[] { planner.App.Company.Tech.Id, planner.App.Company.Admin.Id } });

        await planner.WorkAsync();

        Assert.Equal(["11-23 16:00 Check the boiler"], await planner.VisitsAsync());
        Assert.Equal(2L, await planner.App.ValueAsync("select count(*) from visit_technicians"));
        Assert.Equal("America/Phoenix 09:00", await planner.App.ValueAsync("select time_zone || to_char(local_start, ' HH24:MI') from visits"));
    }

    [Fact]
    public async Task A_plan_whose_times_are_all_made_is_left_alone()
    {
        await using var planner = await Planner.OpenAsync(postgres);
        var plan = await planner.PlanAsync(new { rrule = "FREQ=WEEKLY;COUNT=2" });
        await planner.WorkAsync();

        await planner.WaitAsync(60);
        Assert.Equal(0, await planner.WorkAsync());

        var shown = await planner.GetAsync($"{Planner.Plans}/{plan}");
        Assert.Null(shown["next_at"]);
        Assert.Equal(("active", 1), ((string?)shown["status"], (int)shown["version"]!));
    }
}
