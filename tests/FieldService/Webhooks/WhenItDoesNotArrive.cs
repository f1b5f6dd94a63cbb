using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Outpost.FieldService.Webhooks;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Webhooks;

public sealed class WhenItDoesNotArrive(PostgresServer postgres)
{
    private static CancellationToken Stop => FieldServiceUnderTest.Stop;

    [Fact]
    public void It_is_tried_ten_times_within_about_three_days()
    {
        var (earliest, latest) = (TimeSpan.Zero, TimeSpan.Zero);
        for (var attempt = 1; attempt < WebhookRetries.MostAttempts; attempt++)
        {
            var (early, late) = (WebhookRetries.After(attempt, null, 0)!.Value, WebhookRetries.After(attempt, null, 1)!.Value);
            Assert.True(early < late);
            (earliest, latest) = (earliest + early, latest + late);
        }

        Assert.Null(WebhookRetries.After(WebhookRetries.MostAttempts, TimeSpan.FromHours(1), 0.5));
        Assert.Equal(10, WebhookRetries.MostAttempts);
        Assert.InRange(earliest, TimeSpan.FromHours(60), TimeSpan.FromHours(72));
        Assert.InRange(latest, TimeSpan.FromHours(76), TimeSpan.FromHours(90));
        Assert.Equal(TimeSpan.FromMinutes(10), WebhookRetries.After(1, TimeSpan.FromMinutes(10), 0.5));
        Assert.Equal(TimeSpan.FromHours(24), WebhookRetries.After(1, TimeSpan.FromDays(300), 0.5));
        Assert.Equal(TimeSpan.FromSeconds(5), WebhookRetries.After(1, TimeSpan.FromSeconds(-30), 0.5));
    }

    [Fact]
    public async Task It_is_sent_again_when_its_time_has_come_and_everything_that_came_of_it_is_kept()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        await using var receiver = await Receiver.StartAsync();
        var owner = await app.SignedInAsync();
        var (hook, _) = await app.WebhookAsync(owner, receiver);
        receiver.Says(HttpStatusCode.InternalServerError, new string('x', 5000));
        await (await owner.PostAsync("/api/v1/clients", new { name = "Ada" })).DataAsync(HttpStatusCode.Created);

        Assert.Equal(1, await app.Dispatch().RunAsync(Stop));
        Assert.Equal(0, await app.Dispatch().RunAsync(Stop));
        receiver.Says(HttpStatusCode.NoContent);
        app.Clock.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(1, await app.Dispatch().RunAsync(Stop));

        var delivery = Assert.Single(await owner.DeliveriesAsync(hook));
        Assert.Equal("delivered 2 client.created", $"{delivery["status"]} {delivery["attempts"]} {delivery["event"]}");
        var told = await (await owner.ReadAsync($"/api/v1/webhook-deliveries/{delivery["id"]}")).DataAsync();
        Assert.Equal(["204", "500"], told["attempts"]!.AsArray().Select(attempt => attempt!["response_status"]!.ToString()));
        Assert.Equal(1024, ((string)told["attempts"]![1]!["response_body"]!).Length);
        Assert.Equal((string)delivery["message_id"]!, Assert.Single(receiver.Heard.Select(heard => heard.Id).Distinct()));
    }

    [Theory]
    [InlineData(302)]
    [InlineData(404)]
    [InlineData(429)]
    public async Task Only_an_answer_of_2xx_counts(int status)
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        await using var receiver = await Receiver.StartAsync();
        var owner = await app.SignedInAsync();
        var (hook, _) = await app.WebhookAsync(owner, receiver);
        receiver.Answer = (call, _) =>
        {
            call.Response.StatusCode = status;
            call.Response.Headers.Location = receiver.Url + "/elsewhere";
            call.Response.Headers.RetryAfter = "600";
            return Task.CompletedTask;
        };
        await (await owner.PostAsync("/api/v1/clients", new { name = "Ada" })).DataAsync(HttpStatusCode.Created);

        await app.Dispatch().RunAsync(Stop);

        Assert.Single(receiver.Heard);
        var delivery = Assert.Single(await owner.DeliveriesAsync(hook));
        Assert.Equal($"pending 1 {app.Clock.GetUtcNow().AddMinutes(10):yyyy-MM-dd'T'HH:mm:ss.fff'Z'}", $"{delivery["status"]} {delivery["attempts"]} {delivery["due_at"]}");
    }

    [Fact]
    public async Task A_receiver_that_is_down_is_left_alone_for_a_while_and_loses_nothing()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        await using var receiver = await Receiver.StartAsync();
        var owner = await app.SignedInAsync();
        var (hook, _) = await app.WebhookAsync(owner, receiver);
        receiver.Says(HttpStatusCode.BadGateway);
        for (var i = 0; i < 10; i++) await (await owner.PostAsync("/api/v1/clients", new { name = $"Client {i}" })).DataAsync(HttpStatusCode.Created);

        await app.Dispatch().RunAsync(Stop);
        Assert.Equal(3, receiver.Heard.Count);

        receiver.Says(HttpStatusCode.OK);
        app.Clock.Advance(TimeSpan.FromMinutes(10));
        await app.Dispatch().RunAsync(Stop);

        Assert.All(await owner.DeliveriesAsync(hook), delivery => Assert.Equal("delivered", (string?)delivery["status"]));
        Assert.Equal(13, receiver.Heard.Count);
        Assert.Equal("0 true", await app.ValueAsync("select failures || ' ' || (failing_since is null)::text from webhooks"));
    }

    [Fact]
    public async Task For_three_days_it_is_switched_off_and_the_company_is_told()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        await using var receiver = await Receiver.StartAsync();
        var owner = await app.SignedInAsync();
        var (hook, _) = await app.WebhookAsync(owner, receiver);
        receiver.Says(HttpStatusCode.ServiceUnavailable);
        await (await owner.PostAsync("/api/v1/clients", new { name = "Ada" })).DataAsync(HttpStatusCode.Created);

        var rounds = 0;
        for (var enabled = true; enabled; rounds++)
        {
            Assert.True(rounds < 400, "It is never switched off.");
            await app.Dispatch().RunAsync(Stop);
            app.Clock.Advance(TimeSpan.FromHours(1));
            enabled = (bool)(await app.ValueAsync("select enabled from webhooks"))!;
        }

        Assert.InRange(rounds, 72, 92);
        Assert.InRange(receiver.Heard.Count, 8, 10);
        Assert.Equal("Nothing has arrived there for three days.", await app.ValueAsync("select new_value ->> 'disabled_because' from audit_log where entity_id = $1 and actor_id is null", hook));

        // What happens while it is off is not told; what waited is, once it is on again.
        await (await owner.PostAsync("/api/v1/clients", new { name = "Bea" })).DataAsync(HttpStatusCode.Created);
        receiver.Says(HttpStatusCode.OK);
        var session = await app.SignedInAsync();
        await (await session.PatchAsync($"/api/v1/webhooks/{hook}", new { enabled = true })).DataAsync();
        app.Clock.Advance(TimeSpan.FromDays(2));
        await app.Dispatch().RunAsync(Stop);
        Assert.DoesNotContain(receiver.Heard, heard => heard.Json.ToJsonString().Contains("Bea", StringComparison.Ordinal));
        Assert.Equal("webhook.updated", receiver.Heard[^1].Type);
    }

    [Fact]
    public async Task Because_the_receiver_is_gone_for_good_it_is_switched_off_at_once()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        await using var receiver = await Receiver.StartAsync();
        var owner = await app.SignedInAsync();
        var (hook, _) = await app.WebhookAsync(owner, receiver);
        receiver.Says(HttpStatusCode.Gone);
        for (var i = 0; i < 3; i++) await (await owner.PostAsync("/api/v1/clients", new { name = $"Client {i}" })).DataAsync(HttpStatusCode.Created);

        Assert.Equal(1, await app.Dispatch().RunAsync(Stop));

        var shown = await (await owner.ReadAsync($"/api/v1/webhooks/{hook}")).DataAsync();
        Assert.Equal("false It answered 410 Gone.", $"{shown["enabled"]!.ToJsonString()} {shown["disabled_because"]}");
    }

    [Theory]
    [InlineData("https://localhost:9/")]
    [InlineData("https://127.0.0.1:9/")]
    [InlineData("https://169.254.169.254/latest/meta-data")]
    [InlineData("https://[::1]:9/")]
    public async Task Because_it_leads_inside_nothing_is_sent_and_the_log_says_why(string url)
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        await using var receiver = await Receiver.StartAsync();
        var owner = await app.SignedInAsync();
        var (hook, _) = await app.WebhookAsync(owner, receiver);
        await app.LeadAsync(hook, url);
        await (await owner.PostAsync("/api/v1/clients", new { name = "Ada" })).DataAsync(HttpStatusCode.Created);

        await app.Dispatch(allowPrivate: false).RunAsync(Stop);

        Assert.Contains("not public", (string)(await app.ValueAsync("select error from webhook_attempts"))!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_can_be_asked_for_again_one_by_one_or_from_a_moment_on()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        await using var receiver = await Receiver.StartAsync();
        var owner = await app.SignedInAsync();
        var (hook, _) = await app.WebhookAsync(owner, receiver, "client.created");
        foreach (var name in new[] { "Ada", "Bea", "Cid" }) await (await owner.PostAsync("/api/v1/clients", new { name })).DataAsync(HttpStatusCode.Created);
        await app.Dispatch().RunAsync(Stop);
        var first = (await owner.DeliveriesAsync(hook))[0];

        var again = await (await owner.PostAsync($"/api/v1/webhook-deliveries/{first["id"]}/redelivery", new { })).DataAsync(HttpStatusCode.Accepted);
        Assert.Equal("pending 0", $"{again["status"]} {again["attempts"]}");
        await app.Dispatch().RunAsync(Stop);
        Assert.Equal(receiver.Heard[0].Id, receiver.Heard[3].Id);

        var second = (string)(await app.ValueAsync("select to_char(created_at at time zone 'utc', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') from webhook_deliveries order by place offset 1 limit 1"))!;
        var queued = await (await owner.PostAsync($"/api/v1/webhooks/{hook}/redelivery", new { since = second })).DataAsync(HttpStatusCode.Accepted);
        Assert.Equal(2, (int)queued["queued"]!);
        await app.Dispatch().RunAsync(Stop);
        Assert.Equal(["Ada", "Bea", "Cid", "Ada", "Bea", "Cid"], receiver.Heard.Select(heard => (string)heard.Json["data"]!["after"]!["name"]!));

        var failed = await (await owner.PostAsync($"/api/v1/webhooks/{hook}/redelivery", new { since = "2020-01-01T00:00:00Z", only_failed = true })).DataAsync(HttpStatusCode.Accepted);
        Assert.Equal(0, (int)failed["queued"]!);
    }
}
