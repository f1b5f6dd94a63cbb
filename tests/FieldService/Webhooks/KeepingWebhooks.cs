using System.Net;
using System.Text.Json.Nodes;
using Outpost.FieldService.Tests.Web;
using Outpost.FieldService.Webhooks;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Webhooks;

public sealed class KeepingWebhooks(PostgresServer postgres)
{
    private static CancellationToken Stop => FieldServiceUnderTest.Stop;

    [Fact]
    public async Task Shows_the_secret_once()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var owner = await app.SignedInAsync();

        var made = await (await owner.PostAsync("/api/v1/webhooks", new { url = "https://shop.example/hook", description = "Book-keeping", events = new[] { "invoice.paid" } })).DataAsync(HttpStatusCode.Created);

        Assert.Matches("^whsec_[A-Za-z0-9+/]{43}=$", (string)made["secret"]!);
        var id = made["webhook"]!["id"];
        foreach (var path in new[] { $"/api/v1/webhooks/{id}", "/api/v1/webhooks?q=book&status=enabled&sort=url" })
        {
            var text = await (await owner.ReadAsync(path)).Content.ReadAsStringAsync(Stop);
            Assert.Contains("https://shop.example/hook", text, StringComparison.Ordinal);
            Assert.DoesNotContain("whsec_", text, StringComparison.Ordinal);
        }

        var everything = await (await owner.PatchAsync($"/api/v1/webhooks/{id}", new { events = (string[]?)null, enabled = false })).DataAsync();
        Assert.Equal("null false", $"{everything["events"]?.ToJsonString() ?? "null"} {everything["enabled"]!.ToJsonString()}");
        await (await owner.PostAsync($"/api/v1/webhooks/{id}/ping", new { })).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");
        Assert.Equal(HttpStatusCode.NoContent, (await owner.DeleteAsync($"/api/v1/webhooks/{id}", Stop)).StatusCode);
        await (await owner.ReadAsync($"/api/v1/webhooks/{id}")).RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");
    }

    [Theory]
    [InlineData("""{"url":"http://shop.example/"}""", "url")]
    [InlineData("""{"url":"https://127.0.0.1/"}""", "url")]
    [InlineData("""{"url":"https://user:word@shop.example/"}""", "url")]
    [InlineData("""{"url":"javascript:alert(1)"}""", "url")]
    [InlineData("""{"url":"https://shop.example/","events":["invoice.eaten"]}""", "events")]
    [InlineData("""{"url":"https://shop.example/","events":[]}""", "events")]
    [InlineData("""{"url":"https://shop.example/","events":[null]}""", "events")]
    [InlineData("""{}""", "url")]
    public async Task Names_what_is_wrong_with_the_request(string body, string field)
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var owner = await app.SignedInAsync();

        var answer = await owner.PostAsync(new Uri("/api/v1/webhooks", UriKind.Relative), new StringContent(body, System.Text.Encoding.UTF8, "application/json"), Stop);

        Assert.Equal(field, (string?)(await answer.RefusedAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR"))["details"]!["issues"]![0]!["path"]);
    }

    [Fact]
    public async Task Tries_a_receiver_out()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        await using var receiver = await Receiver.StartAsync();
        var owner = await app.SignedInAsync();
        var (hook, secret) = await app.WebhookAsync(owner, receiver, "invoice.paid");

        var ping = await (await owner.PostAsync($"/api/v1/webhooks/{hook}/ping", new { })).DataAsync(HttpStatusCode.Accepted);
        await app.Dispatch().RunAsync(Stop);

        var heard = Assert.Single(receiver.Heard);
        Assert.Equal($"webhook.ping {hook}", $"{heard.Type} {heard.Json["data"]!["id"]}");
        Assert.True(heard.IsSignedWith(secret));
        Assert.Equal("delivered", (string?)(await (await owner.ReadAsync($"/api/v1/webhook-deliveries/{ping["id"]}")).DataAsync())["delivery"]!["status"]);
    }

    [Fact]
    public async Task Stops_at_twenty_even_when_many_are_asked_for_at_once()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var owner = await app.SignedInAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 24).Select(i => owner.PostAsync("/api/v1/webhooks", new { url = $"https://shop.example/{i}" })));

        Assert.Equal(20, answers.Count(answer => answer.StatusCode is HttpStatusCode.Created));
        Assert.Equal(4, answers.Count(answer => answer.StatusCode is HttpStatusCode.Conflict));
    }

    [Fact]
    public async Task Never_stands_in_the_way_of_what_it_is_told_about()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        await using var receiver = await Receiver.StartAsync();
        var owner = await app.SignedInAsync();
        var hooks = new List<Guid>();
        for (var i = 0; i < 6; i++) hooks.Add((await app.WebhookAsync(owner, receiver)).Id);

        // Webhooks are changed, exchanged and deleted, and messages sent, while clients are taken on.
        var changes = hooks.SelectMany((hook, i) => new Func<Task<HttpResponseMessage>>[]
        {
            () => owner.PatchAsync($"/api/v1/webhooks/{hook}", new { description = "Changed" }),
            () => owner.PostAsync($"/api/v1/webhooks/{hook}/rotation", new { }),
            () => i % 2 == 0 ? owner.DeleteAsync($"/api/v1/webhooks/{hook}", Stop) : owner.PostAsync($"/api/v1/webhooks/{hook}/ping", new { }),
        });
        var work = Enumerable.Range(0, 20).Select(i => new Func<Task<HttpResponseMessage>>(() => owner.PostAsync("/api/v1/clients", new { name = $"Client {i}" })));
        var answers = Task.WhenAll(work.Concat(changes).Select(request => Task.Run(request, Stop)));
        await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(() => app.Dispatch().RunAsync(Stop), Stop)));

        Assert.All(await answers, answer => Assert.True((int)answer.StatusCode < 500, $"{answer.RequestMessage!.Method} {answer.RequestMessage.RequestUri}: {(int)answer.StatusCode}"));
        Assert.Equal(20, (await answers).Count(answer => answer.StatusCode is HttpStatusCode.Created));
        await app.Dispatch().RunAsync(Stop);
        Assert.Equal(0L, await app.ValueAsync("select count(*) from webhook_deliveries where status <> 'delivered'"));
    }

    [Fact]
    public async Task Knows_a_name_for_everything_that_the_sample_of_every_route_does()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        await using var receiver = await Receiver.StartAsync();
        var owner = await app.SignedInAsync();
        await app.WebhookAsync(owner, receiver);
        var before = (long)(await app.ValueAsync("select count(*) from audit_log"))!;

        await MutationWalk.RunAsync(app, owner);
        await app.Dispatch().RunAsync(Stop);

        var rows = (long)(await app.ValueAsync("select count(*) from audit_log"))! - before;
        Assert.True(rows > 25, $"only {rows} rows");
        Assert.All(receiver.Heard, heard => Assert.True(WebhookEvents.IsKnown(heard.Type), heard.Type));
        // Nothing is left out, and a test call is nothing that happened.
        Assert.Equal(rows, receiver.Heard.Count(heard => heard.Type != WebhookEvents.Ping));
        var text = string.Join('\n', receiver.Heard.Select(heard => heard.Json.ToJsonString()));
        Assert.DoesNotMatch("whsec_|fsm_[0-9a-f]{32}_|\\$argon|\\$2[aby]\\$|pbkdf|password_hash|secret_hash", text);
    }

    [Fact]
    public async Task Knows_every_status_there_is()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);

        var moves = (string)(await app.ValueAsync("select string_agg(distinct rtrim(machine, 's') || '.' || to_status, ' ') from state_moves"))!;

        Assert.All(moves.Split(' '), name => Assert.True(WebhookEvents.IsKnown(name), name));
    }

    [Theory]
    [InlineData("invoice", "update", """{"status":"sent"}""", """{"status":"paid"}""", "invoice.paid")]
    [InlineData("invoice", "update", """{"status":"sent"}""", """{"status":"sent","notes":"x"}""", "invoice.updated")]
    [InlineData("visit", "update", """{"scheduled_end":"a"}""", """{"scheduled_end":"b"}""", "visit.rescheduled")]
    [InlineData("visit", "update", """{"assigned_user_id":null}""", """{"assigned_user_id":"x"}""", "visit.reassigned")]
    [InlineData("user", "update", """{"deactivated_at":null}""", """{"deactivated_at":"x"}""", "user.deactivated")]
    [InlineData("user", "update", """{"deactivated_at":"x"}""", """{"deactivated_at":null}""", "user.reactivated")]
    [InlineData("user", "update", "{}", """{"password_changed":true}""", "user.updated")]
    [InlineData("job", "update", """{"status":"draft"}""", """{"status":"unheard_of"}""", "job.updated")]
    [InlineData("job", "update", """{"status":1}""", """{"status":{"a":1}}""", "job.updated")]
    [InlineData("anything", "delete", null, null, "anything.deleted")]
    public void Names_a_change_by_what_people_wait_for(string entity, string action, string? before, string? after, string name) =>
        Assert.Equal(name, WebhookEvents.NameOf(entity, action, before is null ? null : JsonNode.Parse(before), after is null ? null : JsonNode.Parse(after)));
}
