using System.Net;
using System.Text.Json.Nodes;
using Outpost.Platform.Http;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Live;

/// <summary>Pages that are open while others work.</summary>
public sealed class HearingOfChanges(PostgresServer postgres)
{
    [Fact]
    public async Task A_change_is_told_by_what_and_by_whom_and_to_nobody_of_another_company()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var south = await app.CompanyAsync("south");
        await using var here = await OpenPage.ListenAsync(app, app.Company.Owner);
        await using var there = await OpenPage.ListenAsync(app, south.Owner);
        var (admin, theirs) = (await app.SignedInAsync(app.Company.Admin), await app.SignedInAsync(south.Admin));

        var client = (string)(await (await admin.PostAsync("/api/v1/clients", new { name = "Grace Hopper" })).DataAsync(HttpStatusCode.Created))["id"]!;
        var other = (string)(await (await theirs.PostAsync("/api/v1/clients", new { name = "Somebody Else" })).DataAsync(HttpStatusCode.Created))["id"]!;

        var told = await here.NextAsync("change");
        Assert.Equal(("client", client, "insert", "admin of north", false), ((string)told["kind"]!, (string)told["id"]!, (string)told["action"]!, (string)told["by"]!, (bool)told["mine"]!));
        Assert.DoesNotContain("Hopper", told.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(other, (string)(await there.NextAsync("change"))["id"]!);
        Assert.Equal(HttpStatusCode.OK, (await admin.PatchAsync($"/api/v1/clients/{client}", new { name = "Grace" })).StatusCode);
        Assert.Equal("update", (string)(await here.NextAsync("change"))["action"]!);
    }

    [Fact]
    public async Task Whoever_comes_back_is_told_what_was_missed_once_and_in_order()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var admin = await app.SignedInAsync(app.Company.Admin);
        string seen;
        await using (var page = await OpenPage.ListenAsync(app, app.Company.Owner))
        {
            await admin.PostAsync("/api/v1/clients", new { name = "First" });
            await page.NextAsync("change");
            seen = page.LastId;
        }

        List<string> made = [];
        foreach (var name in new[] { "Second", "Third", "Fourth" }) made.Add((string)(await (await admin.PostAsync("/api/v1/clients", new { name })).DataAsync(HttpStatusCode.Created))["id"]!);
        // Refused, so it has not happened.
        await (await admin.PostAsync("/api/v1/clients", new { name = "" })).RefusedAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");

        await using var again = await OpenPage.ListenAsync(app, app.Company.Owner, lastEventId: seen);
        made.Add((string)(await (await admin.PostAsync("/api/v1/clients", new { name = "Fifth" })).DataAsync(HttpStatusCode.Created))["id"]!);
        List<string> told = [];
        while (told.Count < made.Count) told.Add((string)(await again.NextAsync("change"))["id"]!);
        Assert.Equal(made, told);
    }

    [Fact]
    public async Task Who_has_missed_too_much_is_told_to_read_again()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        await using (await OpenPage.ListenAsync(app, app.Company.Owner)) { }

        await app.SqlAsync("insert into audit_log (account_id, entity_type, entity_id, action) select $1, 'client', gen_random_uuid(), 'insert' from generate_series(1, 1000)", app.Company.Account);

        await using var page = await OpenPage.ListenAsync(app, app.Company.Owner, lastEventId: "1");
        await page.NextAsync("reset");
        var admin = await app.SignedInAsync(app.Company.Admin);
        await admin.PostAsync("/api/v1/clients", new { name = "Behind it" });
        Assert.Equal("client", (string)(await page.NextAsync("change"))["kind"]!);
        // A place that this history has never had, as after a restore.
        await using var lost = await OpenPage.ListenAsync(app, app.Company.Owner, lastEventId: "99999999");
        await lost.NextAsync("reset");
    }

    [Fact]
    public async Task A_technician_hears_of_their_own_visits_and_of_nothing_else()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (job, other) = (await app.JobAsync("scheduled"), await app.JobAsync("scheduled"));
        var (mine, theirs) = (await app.VisitAsync(job, app.Company.Tech), await app.VisitAsync(other, null));
        var owner = await app.SignedInAsync();
        await using var page = await OpenPage.ListenAsync(app, app.Company.Tech);

        Assert.Equal(HttpStatusCode.OK, (await owner.PatchAsync($"/api/v1/visits/{theirs}", new { tech_notes = "for others" })).StatusCode);
        await owner.PostAsync("/api/v1/clients", new { name = "Not for them" });
        Assert.Equal(HttpStatusCode.OK, (await owner.PatchAsync($"/api/v1/jobs/{job}", new { title = "Fix the gutter" })).StatusCode);
        // Taken from them: the last that they hear of it.
        Assert.Equal(HttpStatusCode.OK, (await owner.PatchAsync($"/api/v1/visits/{mine}", new { technician_ids = Array.Empty<Guid>() })).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await owner.PatchAsync($"/api/v1/visits/{mine}", new { tech_notes = "Nobody goes" })).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await owner.PatchAsync($"/api/v1/visits/{theirs}", new { technician_ids = new[] { app.Company.Tech.Id }, @override = new { reason = "a test" } })).StatusCode);

        Assert.Equal(("job", job.ToString()), await HeardAsync(page));
        Assert.Equal(("visit", mine.ToString()), await HeardAsync(page));
        Assert.Equal(("visit", theirs.ToString()), await HeardAsync(page));
    }

    [Fact]
    public async Task What_one_instance_does_is_heard_at_another_also_after_its_connection_died()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        await using var source = Npgsql.NpgsqlDataSource.Create(app.Database.AppSource.ConnectionString);
        await using var second = FieldServiceApp.Build(FieldServiceUnderTest.SettingsOf(app.Database), source, app.Clock);
        await second.StartAsync(FieldServiceUnderTest.Stop);
        await using var page = await OpenPage.ListenAsync(app, app.Company.Owner, at: second.Address());
        var admin = await app.SignedInAsync(app.Company.Admin);

        await admin.PostAsync("/api/v1/clients", new { name = "Heard elsewhere" });
        Assert.Equal("client", (string)(await page.NextAsync("change"))["kind"]!);

        Assert.True((long)(await app.ValueAsync("select count(*) from (select pg_terminate_backend(pid) from pg_stat_activity where query = 'listen outpost_changes' and datname = current_database()) t"))! >= 2);
        await admin.PostAsync("/api/v1/clients", new { name = "Told while nobody listened" });
        Assert.Equal("client", (string)(await page.NextAsync("change"))["kind"]!);
        await second.StopAsync(FieldServiceUnderTest.Stop);
    }

    [Fact]
    public async Task Two_people_with_the_same_editor_know_of_each_other_until_one_leaves()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var invoice = await app.InvoiceAsync(await app.ClientAsync(), null, "draft");
        await using var first = await OpenPage.ListenAsync(app, app.Company.Owner, $"about=invoice:{invoice}&editing=true");
        await using var reader = await OpenPage.ListenAsync(app, app.Company.Admin, $"about=invoice:{invoice}");
        Assert.Equal("""["owner of north"]""", (await reader.NextAsync("editors")).ToJsonString());

        await using (var second = await OpenPage.ListenAsync(app, app.Company.Admin, $"about=invoice:{invoice}&editing=true"))
        {
            Assert.Equal("""["owner of north"]""", (await second.NextAsync("editors")).ToJsonString());
            Assert.Equal("""["admin of north"]""", (await first.NextAsync("editors")).ToJsonString());
        }

        Assert.Equal("[]", (await first.NextAsync("editors")).ToJsonString());
        // A technician who knows the number of an invoice is told nothing of it.
        await using var tech = await OpenPage.ListenAsync(app, app.Company.Tech, $"about=invoice:{invoice}&editing=true");
        Assert.Equal(1L, await app.ValueAsync("select count(*) from open_editors"));
        var owner = await app.SignedInAsync();
        Assert.Equal(HttpStatusCode.BadRequest, (await owner.ReadAsync("/app/events?about=invoice")).StatusCode);
    }

    private static async Task<(string, string)> HeardAsync(OpenPage page)
    {
        var told = await page.NextAsync("change");
        return ((string)told["kind"]!, (string)told["id"]!);
    }
}

/// <summary>The stream of an open page, read as a browser reads it.</summary>
internal sealed class OpenPage : IAsyncDisposable
{
    private readonly HttpClient _client;
    private readonly HttpResponseMessage _answer;
    private readonly StreamReader _lines;
    private readonly CancellationTokenSource _patience = CancellationTokenSource.CreateLinkedTokenSource(FieldServiceUnderTest.Stop);

    private OpenPage(HttpClient client, HttpResponseMessage answer, Stream stream) => (_client, _answer, _lines) = (client, answer, new(stream));

    public string LastId { get; private set; } = "";

    public static async Task<OpenPage> ListenAsync(FieldServiceUnderTest app, Person person, string? query = null, string? lastEventId = null, Uri? at = null)
    {
        var client = await app.SignedInAsync(person);
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(at ?? app.Address, $"/app/events?{query}"));
        if (lastEventId is not null) request.Headers.Add("Last-Event-ID", lastEventId);
        var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, FieldServiceUnderTest.Stop);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        var page = new OpenPage(client, answer, await answer.Content.ReadAsStreamAsync(FieldServiceUnderTest.Stop));
        await page.NextAsync("hello");
        return page;
    }

    /// <summary>The next event, which has to be of this kind.</summary>
    public async Task<JsonNode> NextAsync(string kind)
    {
        _patience.CancelAfter(TimeSpan.FromSeconds(45));
        var found = "";
        while (await _lines.ReadLineAsync(_patience.Token) is { } line)
        {
            if (line.StartsWith("id: ", StringComparison.Ordinal)) LastId = line[4..];
            else if (line.StartsWith("event: ", StringComparison.Ordinal)) found = line[7..];
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                Assert.Equal(kind, found);
                return JsonNode.Parse(line[6..])!;
            }
        }

        throw new InvalidOperationException($"The stream ended before “{kind}”.");
    }

    public async ValueTask DisposeAsync()
    {
        _lines.Dispose();
        _answer.Dispose();
        _client.Dispose();
        _patience.Dispose();
        await Task.CompletedTask;
    }
}
