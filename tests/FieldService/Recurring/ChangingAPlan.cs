using System.Net;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Recurring;

public sealed class ChangingAPlan(PostgresServer postgres)
{
    private const string Boiler = "Check the boiler";

    [Fact]
    public async Task Skipping_one_takes_back_that_one_only_and_it_is_never_made_again()
    {
        await using var planner = await Planner.OpenAsync(postgres);
        var plan = await planner.PlanAsync();
        await planner.WorkAsync();

        await (await planner.Owner.PostAsync($"{Planner.Plans}/{plan}/exceptions", new { occurs_at_local = "2026-11-30T09:00", skip = true })).DataAsync();
        await (await planner.Owner.PostAsync($"{Planner.Plans}/{plan}/exceptions", new { occurs_at_local = "2027-01-04T09:00", skip = true })).DataAsync();
        await planner.WaitAsync(28);
        await planner.WorkAsync();

        Assert.Equal(Of("11-23", "12-07", "12-14", "12-21", "12-28", "01-11"), (await planner.VisitsAsync()).Order(new AcrossTheYear()));
        Assert.Equal(1L, await planner.App.ValueAsync("select count(*) from audit_log where entity_type = 'visit' and action = 'delete'"));
    }

    [Fact]
    public async Task Moving_one_changes_that_one_only_and_later_changes_of_the_plan_leave_it()
    {
        await using var planner = await Planner.OpenAsync(postgres);
        var plan = await planner.PlanAsync();
        await planner.WorkAsync();

        var said = await (await planner.Owner.PostAsync($"{Planner.Plans}/{plan}/exceptions", new { occurs_at_local = "2026-11-30T09:00", starts_at_local = "2026-12-01T11:00", title = "Replace it" })).DataAsync();
        Assert.Equal(("2026-11-30T09:00", true), ((string?)said["occurs_at_local"], (bool)said["is_exception"]!));
        Assert.Equal([$"11-23 14:00 {Boiler}", "12-01 16:00 Replace it", $"12-07 14:00 {Boiler}", $"12-14 14:00 {Boiler}"], await planner.VisitsAsync());

        await (await planner.Owner.PatchAsync($"{Planner.Plans}/{plan}", new { title = "Service", starts_at_local = "2026-11-23T10:00" })).DataAsync();
        await planner.WorkAsync();
        Assert.Equal(["11-23 15:00 Service", "12-01 16:00 Replace it", "12-07 15:00 Service", "12-14 15:00 Service"], await planner.VisitsAsync());
    }

    [Fact]
    public async Task One_beyond_the_horizon_is_made_as_soon_as_something_is_said_about_it()
    {
        await using var planner = await Planner.OpenAsync(postgres);
        var plan = await planner.PlanAsync(new { horizon_days = 7 });
        await planner.WorkAsync();

        await (await planner.Owner.PostAsync($"{Planner.Plans}/{plan}/exceptions", new { occurs_at_local = "2027-02-01T09:00", starts_at_local = "2026-11-25T09:00" })).DataAsync();
        Assert.Equal(Of("11-23", "11-25"), await planner.VisitsAsync());

        await planner.WaitAsync(75);
        await planner.WorkAsync();
        Assert.DoesNotContain($"02-01 14:00 {Boiler}", await planner.VisitsAsync());
    }

    [Fact]
    public async Task Changing_all_keeps_each_visit_of_a_day_that_stays_and_touches_nothing_past_or_begun()
    {
        await using var planner = await Planner.OpenAsync(postgres);
        var plan = await planner.PlanAsync(new { rrule = "FREQ=WEEKLY;BYDAY=MO,TH" });
        await planner.WorkAsync();
        // The first is past, the second is being worked on, the third was moved by hand.
        await planner.WaitAsync(4);
        var visits = await planner.OccurrencesAsync(plan);
        var tech = await planner.App.SignedInAsync(planner.App.Company.Tech);
        await (await tech.PostAsync($"/api/v1/visits/{visits[1]!["visit_id"]}/transition", new { status = "arrived" })).DataAsync();
        await (await planner.Owner.PatchAsync($"/api/v1/visits/{visits[2]!["visit_id"]}", new { tech_notes = "Bring a ladder" })).DataAsync();

        await (await planner.Owner.PatchAsync($"{Planner.Plans}/{plan}", new { rrule = "FREQ=WEEKLY;BYDAY=MO", title = "Service" })).DataAsync();
        await planner.WorkAsync();

        Assert.Equal(
            [$"11-23 14:00 {Boiler}", $"11-26 14:00 {Boiler}", $"11-30 14:00 {Boiler}", "12-07 14:00 Service", "12-14 14:00 Service", "12-21 14:00 Service"],
            await planner.VisitsAsync());
        // The same visit as before, not another in its place.
        Assert.Equal("12-07", await planner.App.ValueAsync("select to_char(scheduled_start, 'MM-DD') from visits where id = $1", (Guid)visits[4]!["visit_id"]!));
    }

    [Fact]
    public async Task This_and_following_ends_the_plan_there_and_begins_another()
    {
        await using var planner = await Planner.OpenAsync(postgres);
        var plan = await planner.PlanAsync(new { rrule = "FREQ=WEEKLY;COUNT=6" });
        await planner.WorkAsync();
        var before = await planner.OccurrencesAsync(plan);

        var following = await (await planner.Owner.PostAsync($"{Planner.Plans}/{plan}/following?from=2026-12-07T09:00", new { starts_at_local = "2026-12-07T08:00", title = "Service" })).DataAsync(HttpStatusCode.Created);
        await planner.WaitAsync(28);
        await planner.WorkAsync();

        Assert.Equal((plan, "FREQ=WEEKLY;COUNT=4"), ((string?)following["follows_plan_id"], (string?)following["rrule"]));
        Assert.Equal(
            [$"11-23 14:00 {Boiler}", $"11-30 14:00 {Boiler}", "12-07 13:00 Service", "12-14 13:00 Service", "12-21 13:00 Service", "12-28 13:00 Service"],
            await planner.VisitsAsync());
        Assert.Equal(2, (await planner.OccurrencesAsync(plan)).Count);
        var after = await planner.OccurrencesAsync((string)following["id"]!);
        // Moved over, not made anew.
        Assert.Equal((string?)before[2]!["visit_id"], (string?)after[0]!["visit_id"]);
        Assert.Equal("FREQ=WEEKLY;UNTIL=20261207T085959", (string?)(await planner.GetAsync($"{Planner.Plans}/{plan}"))["rrule"]);
    }

    [Fact]
    public async Task A_pause_takes_back_what_nobody_has_touched_and_makes_nothing_up_for()
    {
        await using var planner = await Planner.OpenAsync(postgres);
        var plan = await planner.PlanAsync();
        await planner.WorkAsync();
        var touched = (await planner.OccurrencesAsync(plan))[1]!;
        await (await planner.Owner.PatchAsync($"/api/v1/visits/{touched["visit_id"]}", new { tech_notes = "Ring twice" })).DataAsync();

        await (await planner.Owner.PostAsync($"{Planner.Plans}/{plan}/transition", new { status = "paused" })).DataAsync();
        Assert.Equal(Of("11-30"), await planner.VisitsAsync());
        Assert.Equal(0, await planner.WorkAsync());

        await planner.WaitAsync(14);
        var resumed = await (await planner.Owner.PostAsync($"{Planner.Plans}/{plan}/transition", new { status = "active" })).DataAsync();
        Assert.Equal("2026-12-07T14:00:00.000Z", (string?)resumed["next_at"]);
        await planner.WorkAsync();
        Assert.Equal(Of("11-30", "12-07", "12-14", "12-21", "12-28"), await planner.VisitsAsync());

        await (await planner.Owner.PostAsync($"{Planner.Plans}/{plan}/transition", new { status = "ended" })).DataAsync();
        Assert.Equal(Of("11-30"), await planner.VisitsAsync());
        await (await planner.Owner.PostAsync($"{Planner.Plans}/{plan}/transition", new { status = "active" })).RefusedAsync(HttpStatusCode.Conflict, "INVALID_TRANSITION");
        await (await planner.Owner.PatchAsync($"{Planner.Plans}/{plan}", new { title = "No" })).RefusedAsync(HttpStatusCode.UnprocessableEntity, "IMMUTABLE_ENTITY");
    }

    [Fact]
    public async Task What_has_an_invoice_is_not_taken_back()
    {
        await using var planner = await Planner.OpenAsync(postgres);
        var plan = await planner.PlanAsync();
        await planner.WorkAsync();
        await planner.App.InvoiceAsync(planner.Client, (Guid)(await planner.OccurrencesAsync(plan))[0]!["job_id"]!, "sent");

        await (await planner.Owner.PostAsync($"{Planner.Plans}/{plan}/transition", new { status = "ended" })).DataAsync();

        Assert.Equal(Of("11-23"), await planner.VisitsAsync());
    }

    [Fact]
    public async Task What_cannot_be_is_refused_and_changes_nothing()
    {
        await using var planner = await Planner.OpenAsync(postgres);
        var plan = await planner.PlanAsync();
        await planner.WorkAsync();
        var visits = await planner.VisitsAsync();
        var path = $"{Planner.Plans}/{plan}";
        await planner.WaitAsync(3);

        Task<HttpResponseMessage> Except(object body) => planner.Owner.PostAsync($"{path}/exceptions", body);
        await (await Except(new { occurs_at_local = "2026-11-24T09:00", skip = true })).RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        await (await Except(new { occurs_at_local = "2026-11-23T09:00", skip = true })).RefusedAsync(HttpStatusCode.UnprocessableEntity, "PRECONDITION_FAILED");
        await (await Except(new { occurs_at_local = "2026-11-30T09:00", starts_at_local = "2026-11-01T09:00" })).RefusedAsync(HttpStatusCode.UnprocessableEntity, "PRECONDITION_FAILED");
        await (await Except(new { occurs_at_local = "2026-11-30T09:00" })).RefusedAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        await (await Except(new { occurs_at_local = "2026-11-30T09:00", skip = true, title = "x" })).RefusedAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        await (await Except(new { occurs_at_local = "2026-11-30T09:00:00Z", skip = true })).RefusedAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        await (await planner.Owner.PostAsync($"{path}/following", new { title = "x" })).RefusedAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        await (await planner.Owner.PostAsync($"{path}/following?from=2026-11-23T09:00", new { title = "x" })).RefusedAsync(HttpStatusCode.UnprocessableEntity, "PRECONDITION_FAILED");
        await (await planner.Owner.PostAsync($"{path}/following?from=2026-12-01T09:00", new { title = "x" })).RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        await (await planner.Owner.PatchAsync(path, new { rrule = "FREQ=WEEKLY;UNTIL=20261101" })).RefusedAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        await (await planner.Owner.PatchAsync(path, new { time_zone = "Mars/Olympus" })).RefusedAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        await (await planner.Owner.PatchAsync(path, new { technician_ids = new[] { Guid.CreateVersion7() } })).RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        await (await planner.Owner.PatchAsync(path, new { duration_minutes = 0 })).RefusedAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");

        Assert.Equal(visits, await planner.VisitsAsync());
        Assert.Equal(1, (int)(await planner.GetAsync(path))["version"]!);
    }

    [Fact]
    public async Task Two_changes_at_once_come_one_after_the_other()
    {
        await using var planner = await Planner.OpenAsync(postgres);
        var plan = await planner.PlanAsync();
        await planner.WorkAsync();

        var answers = await planner.App.AtOnceAsync("job_plans", Guid.Parse(plan), [.. Enumerable.Range(0, 5).Select<int, Func<Task<HttpResponseMessage>>>(i =>
            () => planner.Owner.PostAsync($"{Planner.Plans}/{plan}/following?from=2026-12-07T09:00", new { title = $"Service {i}" }))]);

        // The first ends the plan there, so the others find no such time any more.
        Assert.Single(answers, a => a.StatusCode is HttpStatusCode.Created);
        Assert.Equal(4, answers.Count(a => a.StatusCode is HttpStatusCode.NotFound));
        await planner.WorkAsync();
        Assert.Equal(4, (await planner.VisitsAsync()).Length);
    }

    private static string[] Of(params string[] days) => [.. days.Select(day => $"{day} 14:00 {Boiler}")];

    private sealed class AcrossTheYear : IComparer<string>
    {
        public int Compare(string? x, string? y) => string.CompareOrdinal(Key(x!), Key(y!));

        private static string Key(string visit) => (visit.StartsWith('0') ? "2027-" : "2026-") + visit;
    }
}
