using System.Text;
using System.Text.Json.Nodes;
using Npgsql;
using Outpost.FieldService.Tests.Worker;
using Outpost.Testing;
using static Outpost.FieldService.Tests.Messages.Sending;

namespace Outpost.FieldService.Tests.Messages;

/// <summary>Real workers, a real mail server and a real gateway, each a process of its own that may be killed.</summary>
public sealed class SendingForReal(PostgresServer postgres)
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=";

    [Fact]
    public async Task Two_workers_deliver_five_hundred_letters_once_each()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (mail, port) = await OtherProcess.MailAsync();
        await using var server = mail;
        await FillAsync(app, 500, "client{0}@example.com");

        await using (var one = Work(app, port))
        await using (var other = Work(app, port))
        {
            await app.Database.UntilAsync("select not exists (select from messages where status <> 'sent')");
            foreach (var code in await Task.WhenAll(one.EndAsync(), other.EndAsync())) Assert.Equal(0, code);
            Assert.All(new[] { one, other }, worker => Assert.Contains(worker.Lines, line => line.Contains("\"msg\":\"message Sent\"", StringComparison.Ordinal)));
        }

        var accepted = Accepted(mail).ToList();
        Assert.Equal(500, accepted.Count);
        Assert.Equal(500, accepted.Distinct().Count());
        Assert.Equal(500L, await app.ValueAsync("select count(*) from audit_log where entity_type = 'message' and new_value ->> 'status' = 'sent'"));
    }

    [Fact]
    public async Task A_worker_that_is_killed_after_the_server_took_the_letter_leaves_it_in_doubt_and_nobody_sends_it_again()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (mail, port) = await OtherProcess.MailAsync();
        await using var server = mail;
        await FillAsync(app, 1, "mute@example.com");

        await using (var first = Work(app, port))
        {
            await mail.SaysAsync("accepted mute@example.com");
            await first.KillAsync();
        }

        await LeaseEndsAsync(app);
        await FillAsync(app, 1, "after@example.com");
        await using var second = Work(app, port);
        await mail.SaysAsync("accepted after@example.com");
        await app.Database.UntilAsync("select count(*) filter (where status = 'in_doubt') = 1 and count(*) filter (where status = 'sent') = 1 from messages");

        Assert.Single(mail.Lines, line => line.StartsWith("accepted mute@", StringComparison.Ordinal));
        Assert.Equal("sending>in_doubt", await app.HistoryAsync((Guid)(await app.ValueAsync("select id from messages where status = 'in_doubt'"))!));

        // A person may say that it is to be sent again, and then it carries the id that it had.
        var owner = await app.SignedInAsync();
        await (await owner.PostAsync($"/api/v1/messages/{await app.ValueAsync("select id from messages where status = 'in_doubt'")}/retry", new { })).DataAsync();
        await app.SqlAsync("update messages set next_attempt_at = now() where status = 'pending'");
        await mail.UntilAsync(lines => lines.Count(line => line.StartsWith("accepted mute@", StringComparison.Ordinal)) == 2);
        Assert.Single(Accepted(mail).Where(line => line.Contains("mute", StringComparison.Ordinal)).Distinct());
    }

    [Fact]
    public async Task A_worker_that_is_killed_before_the_server_had_the_letter_is_made_up_for_by_the_next()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (mail, port) = await OtherProcess.MailAsync();
        await using var server = mail;
        await FillAsync(app, 1, "stuck@example.com");

        await using (var first = Work(app, port))
        {
            await mail.SaysAsync("stuck stuck@example.com");
            await first.KillAsync();
        }

        await LeaseEndsAsync(app);
        await using var second = Work(app, port);
        await app.Database.UntilAsync("select not exists (select from messages where status <> 'sent')");

        Assert.Single(Accepted(mail));
    }

    [Fact]
    public async Task What_the_server_refuses_has_failed_and_what_it_puts_off_is_tried_again_with_the_same_id()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (mail, port) = await OtherProcess.MailAsync();
        await using var server = mail;
        await FillAsync(app, 1, "refuse@example.com");
        await FillAsync(app, 1, "busy@example.com");
        await using var worker = AtWork.On(app, null, Mail(port));

        await worker.PollAsync();
        Assert.Equal("failed 550 5.1.1 no such user 1, pending 451 4.7.1 try again later 1", await StatesAsync(app));
        app.Clock.Advance(TimeSpan.FromMinutes(4));
        await worker.PollAsync();
        Assert.Empty(Accepted(mail));
        app.Clock.Advance(TimeSpan.FromMinutes(2));
        await worker.PollAsync();

        Assert.Equal("failed 550 5.1.1 no such user 1, sent 2", await StatesAsync(app));
        var id = (Guid)(await app.ValueAsync("select id from messages where status = 'sent'"))!;
        await mail.SaysAsync($"accepted busy@example.com <{id:n}@north.test>");

        var letter = Encoding.ASCII.GetString(Convert.FromBase64String(mail.Lines.First(line => line.StartsWith("letter busy@", StringComparison.Ordinal)).Split(' ')[2]));
        Assert.Contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click", letter, StringComparison.Ordinal);
        Assert.Contains("List-Unsubscribe: <https://office.north.test/opt-out/", letter, StringComparison.Ordinal);
        Assert.Contains("Content-Type: multipart/alternative", letter, StringComparison.Ordinal);
        Assert.Contains("From: =?utf-8?B?", letter, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_tried_five_times_and_then_the_message_has_failed()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        await FillAsync(app, 1, "ada@example.com");
        await using var worker = AtWork.On(app, null, Mail(1));

        foreach (var minutes in new[] { 0, 5, 30, 120, 360 })
        {
            app.Clock.Advance(TimeSpan.FromMinutes(minutes));
            await worker.PollAsync();
        }

        Assert.StartsWith("failed Connection refused", await StatesAsync(app), StringComparison.Ordinal);
        Assert.Equal(5, await app.ValueAsync("select attempts from messages"));
    }

    [Fact]
    public async Task A_client_who_opts_out_after_the_message_was_written_gets_none()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (mail, port) = await OtherProcess.MailAsync();
        await using var server = mail;
        await FillAsync(app, 1, "gone@example.com");
        await FillAsync(app, 1, "there@example.com");
        var token = await app.ValueAsync("select opt_out_token from clients where email = 'gone@example.com'");
        var oneClick = new HttpRequestMessage(HttpMethod.Post, $"/opt-out/{token}?channel=email") { Content = new FormUrlEncodedContent([new("List-Unsubscribe", "One-Click")]) };
        Assert.True((await app.Client().SendAsync(oneClick, FieldServiceUnderTest.Stop)).IsSuccessStatusCode);

        await using var worker = Work(app, port);
        await app.Database.UntilAsync("select not exists (select from messages where status in ('pending', 'sending'))");

        Assert.Contains("there@example.com", Assert.Single(Accepted(mail)), StringComparison.Ordinal);
        Assert.Equal("sent 1, skipped opted_out 1", await StatesAsync(app));
    }

    [Fact]
    public async Task A_text_message_goes_to_the_gateway_signed_and_again_with_the_same_id_when_it_is_busy()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (gateway, port) = await OtherProcess.GatewayAsync((SmsGateway.SecretKey, Secret));
        await using var server = gateway;
        await using var worker = AtWork.On(app, null, ("SMS_WEBHOOK_URL", $"http://127.0.0.1:{port}/sms"), ("SMS_WEBHOOK_SECRET", Secret), ("ALLOW_PRIVATE_TARGETS", "true"));
        await app.AutomationAsync("visit_reminder", """{"channels": ["sms"]}""");
        await app.VisitAtAsync(await app.ReachableAsync(phone: "+1busy555"), FieldServiceUnderTest.Start.AddHours(20));

        await worker.PollAsync();
        Assert.Equal("pending the gateway answered 503 1", await StatesAsync(app));
        app.Clock.Advance(TimeSpan.FromMinutes(6));
        await worker.PollAsync();

        Assert.Equal("sent 2", await StatesAsync(app));
        await gateway.UntilAsync(lines => lines.Count(line => line.StartsWith("message ", StringComparison.Ordinal)) == 2);
        var id = (Guid)(await app.ValueAsync("select id from messages"))!;
        Assert.All(gateway.Lines.Where(line => line.StartsWith("message ", StringComparison.Ordinal)), line => Assert.StartsWith($"message +1busy555 msg_{id:n} north: reminder of", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_gateway_in_a_private_network_is_not_called_unless_the_operator_says_so()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (gateway, port) = await OtherProcess.GatewayAsync((SmsGateway.SecretKey, Secret));
        await using var server = gateway;
        await using var worker = AtWork.On(app, null, ("SMS_WEBHOOK_URL", $"http://localhost:{port}/sms"), ("SMS_WEBHOOK_SECRET", Secret));
        await app.AutomationAsync("visit_reminder", """{"channels": ["sms"]}""");
        await app.VisitAtAsync(await app.ReachableAsync(phone: "+1555"), FieldServiceUnderTest.Start.AddHours(20));

        await worker.PollAsync();

        Assert.Matches("^pending .+ 1$", await StatesAsync(app));
        Assert.DoesNotContain(gateway.Lines, line => line.StartsWith("message ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_worker_survives_its_database_goes_on_by_itself_and_is_woken_by_the_runbooks_line()
    {
        await using var own = new PostgresServer();
        await using var app = await FieldServiceUnderTest.StartAsync(own);
        var (mail, port) = await OtherProcess.MailAsync();
        await using var server = mail;
        // Nothing but a wake-up makes it look within the test once it runs.
        await using var worker = Work(app, port, ("WORKER_POLL_MS", "3000"), ("LOG_LEVEL", "info"));
        await worker.SaysAsync("\"msg\":\"automation poll\",\"due\":0");

        await own.RestartAsync();
        NpgsqlConnection.ClearAllPools();
        await app.Database.UntilAsync("select count(*) > 0 from accounts");
        var automation = await app.AutomationAsync("visit_reminder");
        await app.SqlAsync("update automations set next_run_at = now() + interval '1 day'");
        await app.VisitAtAsync(await app.ReachableAsync("back@example.com"), TimeProvider.System.GetUtcNow().AddHours(20));
        await app.SqlAsync("UPDATE automations SET next_run_at = now() WHERE id = $1;", automation);
        await mail.SaysAsync("accepted back@example.com");
        await worker.SaysAsync("\"msg\":\"visit-reminder: processed\"");
        await worker.SaysAsync("\"msg\":\"visit-reminder dispatch complete\"");

        await app.SqlAsync("update automations set config = '{\"hours_before\": \"abc\"}', next_run_at = now() where id = $1", automation);
        await worker.SaysAsync("\"msg\":\"visit-reminder: failed to process automation\"");
        Assert.Equal(0, await worker.EndAsync());

        Assert.Contains("\"msg\":\"worker started\",\"pollMs\":3000", worker.Lines[0], StringComparison.Ordinal);
        var processed = JsonNode.Parse(worker.Lines.First(line => line.Contains("visit-reminder: processed", StringComparison.Ordinal)))!;
        Assert.Equal($"info|worker|{automation}|{app.Company.Account}|1|0|0", string.Join('|', processed["level"], processed["service"], processed["automationId"], processed["accountId"], processed["sent"], processed["skipped"], processed["errors"]));
        var failed = JsonNode.Parse(worker.Lines.First(line => line.Contains("failed to process automation", StringComparison.Ordinal)))!;
        Assert.Equal("error", (string?)failed["level"]);
        Assert.NotNull(failed["err"]!["message"]);
    }
}
