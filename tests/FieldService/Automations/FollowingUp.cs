using System.Text.Json.Nodes;
using Outpost.FieldService.Tests.Worker;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Automations;

public sealed class FollowingUp(PostgresServer postgres)
{
    private static readonly DateOnly Today = DateOnly.FromDateTime(FieldServiceUnderTest.Start.UtcDateTime);

    [Fact]
    public async Task An_old_debt_is_reminded_of_once_and_not_for_each_day_that_has_passed()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var letters = new Letterbox();
        await using var worker = AtWork.On(app, letters);
        var automation = await app.AutomationAsync("invoice_followup");
        var client = await app.ReachableAsync();
        var old = await app.OwedAsync(client, Today.AddDays(-100), "overdue");
        var recent = await app.OwedAsync(client, Today.AddDays(-8));
        var fresh = await app.OwedAsync(client, Today.AddDays(-6));

        await worker.PollAsync();
        app.Clock.Advance(TimeSpan.FromHours(2));
        await worker.PollAsync();

        Assert.Equal(("sent", "sent", ""), (await app.MessagesAsync(old), await app.MessagesAsync(recent), await app.MessagesAsync(fresh)));
        Assert.All(letters.Letters, letter => Assert.Contains("$123.45", letter.Content.BodyText, StringComparison.Ordinal));
        var trail = JsonNode.Parse((string)(await app.ValueAsync("select new_value::text from audit_log where entity_type = 'invoice_followup' and entity_id = $1", old))!)!;
        Assert.Equal(
            $"{automation}|30|overdue|12345|0|12345|{client}|Ada Byron|2026-11-21T15:00:00.000Z",
            string.Join('|', trail["automation_id"], trail["days_overdue_step"], trail["invoice_status"], trail["total_cents"], trail["paid_cents"], trail["amount_due_cents"], trail["client_id"], trail["client_name"], trail["followup_sent_at"]));
        Assert.NotNull(trail["invoice_number"]);
        Assert.NotNull(trail["due_date"]);

        // Three days off, during which one step passes for each of the younger two.
        app.Clock.Advance(TimeSpan.FromDays(8));
        await worker.PollAsync();
        Assert.Equal(("sent", "sent, sent", "sent"), (await app.MessagesAsync(old), await app.MessagesAsync(recent), await app.MessagesAsync(fresh)));
    }

    [Fact]
    public async Task What_is_paid_void_or_a_draft_is_left_alone()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        await using var worker = AtWork.On(app, new Letterbox());
        await app.AutomationAsync("invoice_followup");
        var client = await app.ReachableAsync();
        foreach (var status in new[] { "draft", "void" }) await app.InvoiceAsync(client, null, status);

        await worker.PollAsync();

        Assert.Equal(0L, await app.ValueAsync("select count(*) from messages"));
    }

    [Fact]
    public async Task One_that_is_told_nonsense_says_so_waits_longer_each_time_and_blocks_nobody()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var letters = new Letterbox();
        await using var worker = AtWork.On(app, letters);
        var poisoned = await app.AutomationAsync("invoice_followup", """{"days_overdue": "abc"}""");
        await app.AutomationAsync("visit_reminder");
        var south = await app.CompanyAsync("south");
        await app.AutomationAsync("invoice_followup", """[1, 2]""", south);
        await app.VisitAtAsync(await app.ReachableAsync(), FieldServiceUnderTest.Start.AddHours(20));

        var pauses = new List<TimeSpan>();
        for (var i = 0; i < 12; i++)
        {
            await worker.PollAsync();
            var next = new DateTimeOffset((DateTime)(await app.ValueAsync("select next_run_at from automations where id = $1", poisoned))!, TimeSpan.Zero);
            pauses.Add(next - app.Clock.GetUtcNow());
            app.Clock.Advance(pauses[^1]);
        }

        Assert.Single(letters.Letters);
        Assert.Equal([1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360, 360], pauses.Select(pause => pause.TotalMinutes));
        Assert.Equal(true, await app.ValueAsync("select failures = 12 and last_error like 'days_overdue is a number%' and last_run_at is null from automations where id = $1", poisoned));

        // Mended, it does its work and the failure is forgotten.
        await app.SqlAsync("update automations set config = '{}', next_run_at = $2 where id = $1", poisoned, app.Clock.GetUtcNow().UtcDateTime);
        await worker.PollAsync();
        Assert.Equal(true, await app.ValueAsync("select failures = 0 and last_error is null and last_run_at is not null from automations where id = $1", poisoned));
    }

    [Fact]
    public async Task An_estimate_nobody_answers_is_asked_about_and_one_that_was_answered_is_not()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        await using var worker = AtWork.On(app, new Letterbox());
        await app.AutomationAsync("estimate_followup");
        var client = await app.ReachableAsync();
        var (open, answered, forgotten) = (await app.EstimateAsync(client), await app.EstimateAsync(client), await app.EstimateAsync(client));
        await app.SqlAsync("alter table estimates disable trigger user");
        foreach (var (id, status, days) in new[] { (open, "sent", 4), (answered, "approved", 4), (forgotten, "sent", 90) })
        {
            await app.SqlAsync("update estimates set status = $2, estimate_number = 'EST-' || id, sent_at = $3, decided_at = case when $2 = 'approved' then $3 end where id = $1", id, status, FieldServiceUnderTest.Start.AddDays(-days).UtcDateTime);
        }

        await worker.PollAsync();

        Assert.Equal(("sent", "", ""), (await app.MessagesAsync(open), await app.MessagesAsync(answered), await app.MessagesAsync(forgotten)));
    }

    [Fact]
    public async Task A_review_is_asked_for_once_soon_after_the_last_visit_and_never_about_long_ago()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        await using var worker = AtWork.On(app, new Letterbox());
        await app.AutomationAsync("review_request");
        var client = await app.ReachableAsync();
        var (recent, old) = (await app.JobAsync("completed", client), await app.JobAsync("invoiced", client));
        foreach (var (job, days) in new[] { (recent, 2), (recent, 3), (old, 30) })
        {
            var visit = await app.VisitAsync(job, app.Company.Tech, "completed");
            await app.SqlAsync("update visits set completed_at = $2 where id = $1", visit, FieldServiceUnderTest.Start.AddDays(-days).UtcDateTime);
        }

        await worker.PollAsync();
        app.Clock.Advance(TimeSpan.FromHours(2));
        await worker.PollAsync();

        Assert.Equal(("sent", ""), (await app.MessagesAsync(recent), await app.MessagesAsync(old)));
    }
}
