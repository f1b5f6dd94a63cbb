using System.Net;
using Outpost.FieldService.Recurring;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Recurring;

public sealed class LookingAtAPlan(PostgresServer postgres)
{
    [Fact]
    public async Task The_preview_shows_the_next_change_of_clocks_before_anything_is_saved()
    {
        await using var planner = await Planner.OpenAsync(postgres);

        var preview = await (await planner.Owner.PostAsync($"{Planner.Plans}/preview", new
        {
            starts_at_local = "2027-03-13T02:30", rrule = "freq=daily", time_zone = "America/New_York", exdates = new[] { "2027-03-15T02:30" }, count = 3,
        })).DataAsync();

        Assert.Equal("FREQ=DAILY", (string?)preview["rrule"]);
        Assert.Contains("moved on", (string?)preview["rule"], StringComparison.Ordinal);
        Assert.Equal(
            ["2027-03-13T02:30 2027-03-13T02:30-05:00 2027-03-13T07:30:00.000Z ", "2027-03-14T02:30 2027-03-14T03:30-04:00 2027-03-14T07:30:00.000Z skipped",
             "2027-03-16T02:30 2027-03-16T02:30-04:00 2027-03-16T06:30:00.000Z "],
            preview["times"]!.AsArray().Select(t => $"{t!["occurs_at_local"]} {t["starts_at_local"]} {t["starts_at"]} {t["clock_change"]}"));
        Assert.Equal(0L, await planner.App.ValueAsync("select count(*) from job_plans"));
    }

    [Fact]
    public async Task The_preview_of_a_plan_says_what_is_made_and_skipped_already()
    {
        await using var planner = await Planner.OpenAsync(postgres);
        var plan = await planner.PlanAsync(new { horizon_days = 10 });
        await planner.WorkAsync();
        await planner.Owner.PostAsync($"{Planner.Plans}/{plan}/exceptions", new { occurs_at_local = "2026-12-07T09:00", skip = true });

        var preview = await planner.GetAsync($"{Planner.Plans}/{plan}/preview?count=4");

        Assert.Equal(["2026-11-23T09:00 made", "2026-11-30T09:00 made", "2026-12-07T09:00 skipped", "2026-12-14T09:00 "], preview["times"]!.AsArray().Select(t => $"{t!["occurs_at_local"]} {t["status"]}"));
        Assert.Equal(HttpStatusCode.BadRequest, (await planner.Owner.ReadAsync($"{Planner.Plans}/{plan}/preview?count=101")).StatusCode);
    }

    [Fact]
    public async Task A_plan_that_is_posted_twice_with_a_key_is_one_plan()
    {
        await using var planner = await Planner.OpenAsync(postgres);

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => planner.Owner.PostAsync(Planner.Plans, planner.Form(), "once")));

        Assert.Single((await Task.WhenAll(answers.Select(a => a.DataAsync(HttpStatusCode.Created)))).Select(d => (string)d["id"]!).Distinct());
        Assert.Equal(1L, await planner.App.ValueAsync("select count(*) from job_plans"));
    }

    [Fact]
    public async Task Plans_are_found_by_what_they_are_and_a_stale_change_is_refused()
    {
        await using var planner = await Planner.OpenAsync(postgres);
        var boiler = await planner.PlanAsync();
        var roof = await planner.PlanAsync(new { title = "Sweep the roof", rrule = "FREQ=YEARLY" });
        await planner.Owner.PostAsync($"{Planner.Plans}/{roof}/transition", new { status = "paused" });

        async Task<string> Found(string query) => string.Join(' ', (await planner.GetAsync($"{Planner.Plans}?{query}")).AsArray().Select(p => (string)p!["id"]!));
        Assert.Equal(roof, await Found("status=paused"));
        Assert.Equal(boiler, await Found("q=boiler"));
        Assert.Equal($"{roof} {boiler}", await Found($"client_id={planner.Client}&property_id={planner.Property}"));
        Assert.Equal($"{boiler} {roof}", await Found("sort=next_at"));
        Assert.Equal("", await Found($"client_id={Guid.CreateVersion7()}"));
        Assert.Equal(HttpStatusCode.BadRequest, (await planner.Owner.ReadAsync($"{Planner.Plans}?sort=rrule")).StatusCode);

        var shown = await planner.Owner.ReadAsync($"{Planner.Plans}/{roof}");
        var tag = shown.Headers.ETag!.ToString();
        Assert.Equal("\"v2\"", tag);
        using var stale = new HttpRequestMessage(HttpMethod.Patch, $"{Planner.Plans}/{roof}") { Content = System.Net.Http.Json.JsonContent.Create(new { title = "x" }) };
        stale.Headers.TryAddWithoutValidation("If-Match", "\"v1\"");
        await (await planner.Owner.SendAsync(stale, FieldServiceUnderTest.Stop)).RefusedAsync(HttpStatusCode.PreconditionFailed, "STALE_VERSION");
    }

    [Theory]
    [InlineData("rrule", "FREQ=HOURLY")]
    [InlineData("rrule", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")]
    [InlineData("rrule", "FREQ=WEEKLY;UNTIL=20200101")]
    [InlineData("starts_at_local", "2026-11-23T09:00:00Z")]
    [InlineData("starts_at_local", "1999-11-23T09:00")]
    [InlineData("time_zone", "UTC+05:30")]
    [InlineData("duration_minutes", 0)]
    [InlineData("horizon_days", 367)]
    [InlineData("priority", 5)]
    [InlineData("title", "  ")]
    public async Task A_plan_that_makes_no_sense_is_refused(string field, object value)
    {
        await using var planner = await Planner.OpenAsync(postgres);

        await (await planner.Owner.PostAsync(Planner.Plans, planner.Form(new Dictionary<string, object> { [field] = value }))).RefusedAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");

        Assert.Equal(0L, await planner.App.ValueAsync("select count(*) from job_plans"));
    }

    [Fact]
    public async Task Plans_are_the_offices_and_what_is_in_one_belongs_to_the_company()
    {
        await using var planner = await Planner.OpenAsync(postgres);
        var plan = await planner.PlanAsync();
        var south = await planner.App.CompanyAsync("south");
        var theirs = await planner.App.ClientAsync(of: south);
        var tech = await planner.App.SignedInAsync(planner.App.Company.Tech);

        await (await tech.ReadAsync(Planner.Plans)).RefusedAsync(HttpStatusCode.Forbidden, "FORBIDDEN");
        await (await tech.PatchAsync($"{Planner.Plans}/{plan}", new { title = "x" })).RefusedAsync(HttpStatusCode.Forbidden, "FORBIDDEN");
        foreach (var other in new object[] { new { client_id = theirs, property_id = (Guid?)null }, new { property_id = Guid.CreateVersion7() }, new { technician_ids = new[] { south.Tech.Id } } })
        {
            await (await planner.Owner.PostAsync(Planner.Plans, planner.Form(other))).RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        }
    }

    [Fact]
    public async Task A_client_or_a_property_with_a_plan_is_not_deleted()
    {
        await using var planner = await Planner.OpenAsync(postgres);
        await planner.PlanAsync();

        Assert.Contains("1 plan", (string?)(await (await planner.Owner.DeleteAsync($"/api/v1/clients/{planner.Client}", FieldServiceUnderTest.Stop)).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT"))["message"], StringComparison.Ordinal);
        await (await planner.Owner.DeleteAsync($"/api/v1/properties/{planner.Property}", FieldServiceUnderTest.Stop)).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");
    }

    [Fact]
    public async Task The_database_holds_the_moves_of_the_code()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);

        Assert.Equal(StateDrawing.Listed(JobPlan.Moves), await StateDrawing.InDatabaseAsync(app, "job_plans"));
        Assert.Equal(StateDrawing.Listed(JobPlan.Moves), await StateDrawing.InDatabaseAsync(app, "invoice_plans"));
    }

    [Fact]
    public void The_drawing_of_a_plan_is_up_to_date() => StateDrawing.SeeThatItIsKept("job-plan.md", StateDrawing.Drawn("JobPlan", PlanStatus.Active, JobPlan.Moves, """
        A paused plan makes nothing, and what it had made ahead and nobody has touched is taken back; going on makes nothing up for. An ended plan stays as its
        own record. Recurring invoices move along the same table.
        """));
}
