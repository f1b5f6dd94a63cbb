using System.Text.Json.Nodes;
using Outpost.FieldService.Tests.Worker;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Automations;

public sealed class RemindingOfVisits(PostgresServer postgres)
{
    [Fact]
    public async Task A_client_is_reminded_once_and_the_trail_says_so_as_published()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var letters = new Letterbox();
        await using var worker = AtWork.On(app, letters);
        var automation = await app.AutomationAsync("visit_reminder");
        var client = await app.ReachableAsync();
        var visit = await app.VisitAtAsync(client, FieldServiceUnderTest.Start.AddHours(20));

        await worker.PollAsync();
        app.Clock.Advance(TimeSpan.FromHours(2));
        await worker.PollAsync();

        var letter = Assert.Single(letters.Letters);
        Assert.Equal("ada@example.com", letter.To);
        // 11:00 UTC is six in the morning where the company is.
        Assert.Contains("Sunday, November 22, 6:00 AM to 7:00 AM", letter.Content.BodyText, StringComparison.Ordinal);
        Assert.Equal("sent", await app.MessagesAsync(visit));
        var trail = JsonNode.Parse((string)(await app.ValueAsync("select new_value::text from audit_log where entity_type = 'visit_reminder' and action = 'insert' and entity_id = $1 and actor_id = $2 and trace_id is not null", visit, automation))!)!;
        Assert.Equal(
            $"{automation}|2026-11-22T11:00:00.000Z|Fix the roof|Ada Byron|{app.Company.Tech.Id}|2026-11-21T15:00:00.000Z",
            string.Join('|', trail["automation_id"], trail["visit_scheduled_start"], trail["job_title"], trail["client_name"], trail["assigned_user_id"], trail["reminder_sent_at"]));
        Assert.NotNull(trail["job_id"]);
        Assert.Equal(true, await app.ValueAsync("select last_run_at = $2 and next_run_at > last_run_at from automations where id = $1", automation, app.Clock.GetUtcNow().UtcDateTime));
    }

    [Fact]
    public async Task Of_a_visit_that_is_moved_they_are_reminded_anew_and_back_again_not_twice()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var letters = new Letterbox();
        await using var worker = AtWork.On(app, letters);
        await app.AutomationAsync("visit_reminder");
        var (first, second) = (FieldServiceUnderTest.Start.AddHours(20), FieldServiceUnderTest.Start.AddHours(22));
        var visit = await app.VisitAtAsync(await app.ReachableAsync(), first);

        foreach (var start in new[] { first, second, first })
        {
            await app.SqlAsync("update visits set scheduled_start = $2, scheduled_end = $2 + interval '1 hour' where id = $1", visit, start.UtcDateTime);
            await app.SqlAsync("update automations set next_run_at = $1", app.Clock.GetUtcNow().UtcDateTime);
            await worker.PollAsync();
        }

        Assert.Equal(2, letters.Letters.Count);
    }

    [Theory]
    [InlineData("cancelled", 20)]
    [InlineData("completed", 20)]
    [InlineData("scheduled", -1)]
    [InlineData("scheduled", 25)]
    public async Task Nobody_is_reminded_of_what_is_called_off_over_or_far_away(string status, int hours)
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        await using var worker = AtWork.On(app, new Letterbox());
        await app.AutomationAsync("visit_reminder");
        var visit = await app.VisitAtAsync(await app.ReachableAsync(), FieldServiceUnderTest.Start.AddHours(hours), status);

        await worker.PollAsync();

        Assert.Equal("", await app.MessagesAsync(visit));
    }

    [Fact]
    public async Task What_was_called_off_while_it_waited_is_not_sent()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        await app.AutomationAsync("visit_reminder");
        var visit = await app.VisitAtAsync(await app.ReachableAsync(), FieldServiceUnderTest.Start.AddHours(20));
        await using (var without = AtWork.On(app)) await without.PollAsync();
        Assert.Equal("pending not_configured", await app.MessagesAsync(visit));

        await app.SqlAsync("update visits set status = 'cancelled' where id = $1", visit);
        app.Clock.Advance(TimeSpan.FromMinutes(20));
        var letters = new Letterbox();
        await using (var with = AtWork.On(app, letters)) await with.PollAsync();

        Assert.Empty(letters.Letters);
        Assert.Equal("skipped no_longer_applies", await app.MessagesAsync(visit));
    }

    [Fact]
    public async Task After_three_days_off_only_the_last_of_several_occasions_is_made_up_for()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var letters = new Letterbox();
        await using var worker = AtWork.On(app, letters);
        await app.AutomationAsync("visit_reminder", """{"hours_before": [72, 24, 2, 0.25]}""");
        var visit = await app.VisitAtAsync(await app.ReachableAsync(), FieldServiceUnderTest.Start.AddHours(76));

        app.Clock.Advance(TimeSpan.FromHours(74.5));
        await worker.PollAsync();
        await worker.PollAsync();
        Assert.Equal("sent", await app.MessagesAsync(visit));
        Assert.Equal("2h", await app.ValueAsync("select split_part(occurrence, '|', 2) from messages where subject_id = $1", visit));

        // A quarter of an hour before is an occasion of its own, and known beforehand.
        Assert.Equal(app.Clock.GetUtcNow().AddMinutes(5).UtcDateTime, await app.ValueAsync("select next_run_at from automations"));
        app.Clock.Advance(TimeSpan.FromMinutes(76));
        await worker.PollAsync();
        Assert.Equal("sent, sent", await app.MessagesAsync(visit));
    }

    [Fact]
    public async Task Two_workers_at_once_remind_once()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var letters = new Letterbox();
        await using var one = AtWork.On(app, letters);
        await using var other = AtWork.On(app, letters);
        await app.AutomationAsync("visit_reminder");
        var client = await app.ReachableAsync();
        for (var i = 0; i < 20; i++) await app.VisitAtAsync(client, FieldServiceUnderTest.Start.AddHours(20).AddMinutes(i));

        await Task.WhenAll(one.PollAsync(), other.PollAsync(), one.PollAsync(), other.PollAsync());

        Assert.Equal(20, letters.Letters.Select(letter => letter.Id).Distinct().Count());
        Assert.Equal(20, letters.Letters.Count);
        Assert.Equal(20L, await app.ValueAsync("select count(*) from audit_log where entity_type = 'visit_reminder'"));
    }

    [Fact]
    public async Task Who_has_no_address_or_wants_none_is_noted_and_not_written_to()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var letters = new Letterbox();
        await using var worker = AtWork.On(app, letters);
        await app.AutomationAsync("visit_reminder");
        var (silent, gone) = (await app.ClientAsync("Silent"), await app.ReachableAsync("gone@example.com"));
        await app.SqlAsync("update clients set email_opt_out_at = now() where id = $1", gone);
        var visits = (await app.VisitAtAsync(silent, FieldServiceUnderTest.Start.AddHours(20)), await app.VisitAtAsync(gone, FieldServiceUnderTest.Start.AddHours(20)));

        await worker.PollAsync();

        Assert.Empty(letters.Letters);
        Assert.Equal(("skipped no_address", "skipped opted_out"), (await app.MessagesAsync(visits.Item1), await app.MessagesAsync(visits.Item2)));
        Assert.Equal(2L, await app.ValueAsync("select count(*) from audit_log where entity_type = 'visit_reminder' and new_value ->> 'reminder_sent_at' is null"));

        // An address that becomes known in time is used.
        await app.SqlAsync("update clients set email = 'late@example.com' where id = $1", silent);
        app.Clock.Advance(TimeSpan.FromMinutes(6));
        await worker.PollAsync();
        Assert.Equal("late@example.com", Assert.Single(letters.Letters).To);
    }
}
