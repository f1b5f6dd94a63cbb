using System.Net;
using Outpost.FieldService.Tests.Worker;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Messages;

public sealed class LeavingClientsInPeace(PostgresServer postgres)
{
    [Fact]
    public async Task Looking_at_the_link_changes_nothing_and_a_button_on_it_does_and_takes_it_back()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var client = await app.ReachableAsync();
        var (stranger, path) = (app.Client(), $"/opt-out/{await app.ValueAsync("select opt_out_token from clients where id = $1", client)}?channel=email");

        Assert.Contains("Messages from north", await stranger.GetStringAsync(path, FieldServiceUnderTest.Stop), StringComparison.Ordinal);
        Assert.Equal(" ", await WishesAsync(app, client));

        foreach (var (field, word, expected) in new[] { ("email", "stop", "no "), ("sms", "stop", "no no"), ("email", "again", " no"), ("email", "again", " no") })
        {
            var answer = await stranger.PostAsync(path, new FormUrlEncodedContent([new(field, word)]), FieldServiceUnderTest.Stop);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(expected, await WishesAsync(app, client));
        }

        Assert.Equal(3L, await app.ValueAsync("select count(*) from audit_log where entity_type = 'client' and entity_id = $1 and actor_id is null", client));
    }

    [Theory]
    [InlineData("00000000-0000-0000-0000-000000000000")]
    [InlineData("not-a-token")]
    public async Task A_link_that_was_made_up_leads_nowhere(string token)
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);

        Assert.Equal(HttpStatusCode.NotFound, (await app.Client().GetAsync($"/opt-out/{token}", FieldServiceUnderTest.Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await app.Client().PostAsync($"/opt-out/{token}", new FormUrlEncodedContent([new("email", "stop")]), FieldServiceUnderTest.Stop)).StatusCode);
    }

    [Fact]
    public async Task At_night_messages_wait_for_the_morning_where_the_client_is()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var letters = new Letterbox();
        await using var worker = AtWork.On(app, letters);
        await app.SqlAsync("""update accounts set settings = '{"messages": {"quiet_from": "21:00", "quiet_to": "08:00"}}'""");
        await app.AutomationAsync("visit_reminder");
        // Half past ten in the evening.
        app.Clock.Advance(TimeSpan.FromHours(12.5));
        var visit = await app.VisitAtAsync(await app.ReachableAsync(), app.Clock.GetUtcNow().AddHours(20));
        var early = await app.VisitAtAsync(await app.ReachableAsync(), app.Clock.GetUtcNow().AddHours(2));

        await worker.PollAsync();
        Assert.Equal(("pending quiet_hours", "pending quiet_hours"), (await app.MessagesAsync(visit), await app.MessagesAsync(early)));
        Assert.Equal(new DateTime(2026, 11, 22, 13, 0, 0, DateTimeKind.Utc), await app.ValueAsync("select next_attempt_at from messages where subject_id = $1", visit));

        app.Clock.Advance(TimeSpan.FromHours(9.5));
        await worker.PollAsync();
        Assert.Equal(("sent", "skipped too_late"), (await app.MessagesAsync(visit), await app.MessagesAsync(early)));
        Assert.Equal(1, (int)(await app.ValueAsync("select attempts from messages where subject_id = $1", visit))!);
    }

    [Fact]
    public async Task Nobody_gets_more_on_one_day_than_the_company_wants_whoever_sends()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var letters = new Letterbox();
        await using var one = AtWork.On(app, letters, ("WORKER_CONCURRENCY", "4"));
        await using var other = AtWork.On(app, letters, ("WORKER_CONCURRENCY", "4"));
        await app.SqlAsync("""update accounts set settings = '{"messages": {"daily_cap": 2}}'""");
        await app.AutomationAsync("visit_reminder", """{"hours_before": 48}""");
        var client = await app.ReachableAsync();
        for (var i = 0; i < 5; i++) await app.VisitAtAsync(client, FieldServiceUnderTest.Start.AddHours(40 + i));

        await Task.WhenAll(one.PollAsync(), other.PollAsync());
        await one.PollAsync();
        Assert.Equal(2, letters.Letters.Count);
        Assert.Equal(3L, await app.ValueAsync("select count(*) from messages where status = 'pending' and reason = 'daily_cap' and next_attempt_at = '2026-11-22T05:00Z'"));

        app.Clock.Advance(TimeSpan.FromHours(15));
        await one.PollAsync();
        Assert.Equal(4, letters.Letters.Count);
    }

    [Fact]
    public async Task The_office_sees_what_waits_stops_it_and_sends_it_after_all()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        await app.AutomationAsync("visit_reminder");
        var client = await app.ReachableAsync();
        await app.VisitAtAsync(client, FieldServiceUnderTest.Start.AddHours(20));
        await using (var without = AtWork.On(app)) await without.PollAsync();
        var owner = await app.SignedInAsync();

        var row = Assert.Single((await (await owner.ReadAsync($"/api/v1/messages?status=pending&channel=email&rule=visit_reminder&client_id={client}&q=ada@")).DataAsync()).AsArray())!;
        Assert.Equal("Ada Byron|ada@example.com|not_configured|0", $"{row["client_name"]}|{row["recipient"]}|{row["reason"]}|{row["attempts"]}");
        Assert.Empty((await (await owner.ReadAsync("/api/v1/messages?status=sent")).DataAsync()).AsArray());
        var path = $"/api/v1/messages/{row["id"]}";
        await (await owner.PostAsync($"{path}/cancel", new { })).DataAsync();
        var letters = new Letterbox();
        await using var with = AtWork.On(app, letters);
        app.Clock.Advance(TimeSpan.FromMinutes(20));
        await with.PollAsync();
        Assert.Empty(letters.Letters);

        await (await owner.PostAsync($"{path}/retry", new { })).DataAsync();
        await with.PollAsync();
        Assert.Single(letters.Letters);
        await (await owner.PostAsync($"{path}/retry", new { })).RefusedAsync(HttpStatusCode.Conflict, "INVALID_TRANSITION");
        await (await owner.PostAsync($"{path}/cancel", new { })).RefusedAsync(HttpStatusCode.Conflict, "INVALID_TRANSITION");
        Assert.Equal("pending>cancelled, cancelled>pending, sending>sent", await app.HistoryAsync((Guid)row["id"]!));
    }

    private static async Task<string> WishesAsync(FieldServiceUnderTest app, Guid client) => (string)(await app.ValueAsync("""
        select concat(case when email_opt_out_at is not null then 'no' end, ' ', case when sms_opt_out_at is not null then 'no' end) from clients where id = $1
        """, client))!;
}
