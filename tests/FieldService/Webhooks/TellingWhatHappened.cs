using System.Net;
using System.Text;
using Outpost.FieldService.Webhooks;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Webhooks;

public sealed class TellingWhatHappened(PostgresServer postgres)
{
    private static CancellationToken Stop => FieldServiceUnderTest.Stop;

    [Fact]
    public void Signs_as_the_example_of_the_standard_does() => Assert.Equal(
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        WebhookSecret.Sign(["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, Encoding.UTF8.GetBytes("""{"test": 2432232314}""")));

    [Fact]
    public void Is_verified_by_code_that_agrees_with_the_example_too()
    {
        var example = new Heard("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", Encoding.UTF8.GetBytes("""{"test": 2432232314}"""));

        Assert.True(example.IsSignedWith("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
        Assert.False((example with { Timestamp = "1614265331" }).IsSignedWith("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
    }

    [Fact]
    public async Task Carries_what_changed_in_order_and_signed()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        await using var receiver = await Receiver.StartAsync();
        var owner = await app.SignedInAsync();
        var (hook, secret) = await app.WebhookAsync(owner, receiver);

        var client = await (await owner.PostAsync("/api/v1/clients", new { name = "Ada" })).DataAsync(HttpStatusCode.Created);
        var job = await (await owner.PostAsync("/api/v1/jobs", new { client_id = (Guid)client["id"]!, title = "Roof" })).DataAsync(HttpStatusCode.Created);
        var visit = await app.VisitAsync((Guid)job["id"]!, app.Company.Tech);
        await (await owner.PatchAsync($"/api/v1/visits/{visit}", new { scheduled_start = Preparing.Morning.AddHours(1), scheduled_end = Preparing.Morning.AddHours(2) })).DataAsync();
        await (await owner.PostAsync($"/api/v1/jobs/{job["id"]}/transition", new { status = "scheduled" })).DataAsync();

        Assert.Equal(4, await app.Dispatch().RunAsync(Stop));

        Assert.Equal(["client.created", "job.created", "visit.rescheduled", "job.scheduled"], receiver.Heard.Select(heard => heard.Type));
        Assert.All(receiver.Heard, heard => Assert.True(heard.IsSignedWith(secret)));
        Assert.All(receiver.Heard, heard => Assert.Equal(app.Clock.GetUtcNow().ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture), heard.Timestamp));
        Assert.Equal(4, receiver.Heard.Select(heard => heard.Id).Distinct().Count());
        Assert.All(receiver.Heard, heard => Assert.Matches("^msg_[0-9a-f]{32}$", heard.Id));

        var moved = receiver.Heard[3].Json["data"]!;
        Assert.Equal("draft scheduled job", $"{moved["before"]!["status"]} {moved["after"]!["status"]} {moved["entity"]}");
        Assert.Equal((Guid)job["id"]!, (Guid)moved["id"]!);
        Assert.Equal(app.Company.Owner.Id, (Guid)moved["actor"]!);
        Assert.Equal(["before", "after", "actor", "api_key", "trace_id"], moved.AsObject().Select(field => field.Key).Skip(2));

        Assert.Equal(0, await app.Dispatch().RunAsync(Stop));
        Assert.All(await owner.DeliveriesAsync(hook), delivery => Assert.Equal("delivered 1", $"{delivery["status"]} {delivery["attempts"]}"));
    }

    [Fact]
    public async Task Is_done_for_what_was_committed_and_for_nothing_else()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        await using var receiver = await Receiver.StartAsync();
        var owner = await app.SignedInAsync();
        await app.WebhookAsync(owner, receiver);
        var client = await app.ClientAsync();
        await app.JobAsync(client: client);

        // Refused, and so nothing happened.
        await (await owner.DeleteAsync($"/api/v1/clients/{client}", Stop)).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");
        // Another company's doings are none of ours.
        var south = await app.CompanyAsync("south");
        await (await (await app.SignedInAsync(south.Owner)).PostAsync("/api/v1/clients", new { name = "Theirs" })).DataAsync(HttpStatusCode.Created);

        Assert.Equal(0, await app.Dispatch().RunAsync(Stop));
        Assert.Empty(receiver.Heard);
    }

    [Fact]
    public async Task Leaves_out_what_was_not_asked_for()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        await using var receiver = await Receiver.StartAsync();
        var owner = await app.SignedInAsync();
        var (hook, _) = await app.WebhookAsync(owner, receiver, "job.created", "client.updated");

        await (await owner.PostAsync("/api/v1/clients", new { name = "Ada" })).DataAsync(HttpStatusCode.Created);
        await (await owner.PostAsync("/api/v1/jobs", new { client_id = await app.ClientAsync(), title = "Roof" })).DataAsync(HttpStatusCode.Created);
        await app.Dispatch().RunAsync(Stop);

        Assert.Equal("job.created", Assert.Single(receiver.Heard).Type);
        Assert.Single(await owner.DeliveriesAsync(hook));
    }

    [Fact]
    public async Task Does_not_happen_twice_with_several_at_work()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        await using var receiver = await Receiver.StartAsync();
        var owner = await app.SignedInAsync();
        await app.WebhookAsync(owner, receiver);
        for (var i = 0; i < 30; i++) await (await owner.PostAsync("/api/v1/clients", new { name = $"Client {i}" })).DataAsync(HttpStatusCode.Created);

        var sent = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => app.Dispatch().RunAsync(Stop))));

        Assert.Equal(30, sent.Sum());
        Assert.Equal(Enumerable.Range(0, 30).Select(i => $"Client {i}"), receiver.Heard.Select(heard => (string)heard.Json["data"]!["after"]!["name"]!));
    }

    [Fact]
    public async Task Happens_again_under_the_same_id_when_the_sender_dies_before_it_has_noted_it()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        await using var receiver = await Receiver.StartAsync();
        var owner = await app.SignedInAsync();
        await app.WebhookAsync(owner, receiver);
        await (await owner.PostAsync("/api/v1/clients", new { name = "Ada" })).DataAsync(HttpStatusCode.Created);

        // The receiver has it, and with that the sender is gone: nothing of it can be written any more, not even that it has stopped.
        using var life = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        receiver.Answer = async (_, _) => await life.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => app.Dispatch().RunAsync(life.Token));
        receiver.Says(HttpStatusCode.OK);

        // As long as it might still be alive, nobody else sends.
        Assert.Equal(0, await app.Dispatch().RunAsync(Stop));
        app.Clock.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(1, await app.Dispatch().RunAsync(Stop));

        Assert.Equal(2, receiver.Heard.Count);
        Assert.Single(receiver.Heard.Select(heard => heard.Id).Distinct());
        Assert.Equal(receiver.Heard[0].Body, receiver.Heard[1].Body);
    }

    [Fact]
    public async Task Signs_with_the_old_secret_too_until_the_new_one_is_known()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        await using var receiver = await Receiver.StartAsync();
        var owner = await app.SignedInAsync();
        var (hook, old) = await app.WebhookAsync(owner, receiver, "client.created");
        var fresh = (string)(await (await owner.PostAsync($"/api/v1/webhooks/{hook}/rotation", new { overlap_hours = 1 })).DataAsync())["secret"]!;

        await (await owner.PostAsync("/api/v1/clients", new { name = "Ada" })).DataAsync(HttpStatusCode.Created);
        await app.Dispatch().RunAsync(Stop);
        app.Clock.Advance(TimeSpan.FromHours(1));
        await (await owner.PostAsync("/api/v1/clients", new { name = "Bea" })).DataAsync(HttpStatusCode.Created);
        await app.Dispatch().RunAsync(Stop);

        Assert.Equal(["True True", "True False"], receiver.Heard.Select(heard => $"{heard.IsSignedWith(fresh)} {heard.IsSignedWith(old)}"));
        Assert.Equal(0L, await app.ValueAsync("select count(*) from audit_log where concat(old_value, new_value) like '%whsec_%'"));
    }

    [Fact]
    public async Task Tells_everybody_who_asked_and_one_that_is_down_keeps_nobody_waiting()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        await using var well = await Receiver.StartAsync();
        await using var ill = await Receiver.StartAsync();
        var owner = await app.SignedInAsync();
        await app.WebhookAsync(owner, ill);
        await app.WebhookAsync(owner, well);
        ill.Answer = (call, _) => Task.Delay(Timeout.Infinite, call.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);

        await (await owner.PostAsync("/api/v1/clients", new { name = "Ada" })).DataAsync(HttpStatusCode.Created);
        await app.Dispatch(patience: TimeSpan.FromMilliseconds(300)).RunAsync(Stop);

        Assert.Equal("client.created", Assert.Single(well.Heard).Type);
        Assert.Equal("No answer within 0.3 seconds.", await app.ValueAsync("select error from webhook_attempts where error is not null"));
    }
}
