using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Web.OpenApi;

/// <summary>Every POST that takes an Idempotency-Key, sent again because nobody knows whether it arrived.</summary>
public sealed class SendingAgain(PostgresServer postgres)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Retries_of_every_keyed_post_get_its_answer_to_the_byte_and_do_nothing()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var ids = await Sample.FillAsync(app);
        var owner = await app.SignedInAsync();
        var keyed = ApiDocument.Of(app)["paths"]!.AsObject()
            .Where(path => (path.Value!["post"]?["parameters"] as JsonArray ?? []).Any(parameter => (string?)parameter!["name"] == "Idempotency-Key")).Select(path => path.Key).ToList();

        var (wrong, done) = (new List<string>(), new List<string>());
        foreach (var path in keyed)
        {
            var body = Body(path, ids, app.Company);
            var (address, key) = (Hostile.PathOf(path, await ReadyAsync(owner, path, ids)), Guid.CreateVersion7().ToString());

            var (status, text) = await SendAsync(owner, address, body, key);
            (status < 300 ? done : wrong).Add($"{path}: {status} {text}");

            var after = await EveryRoute.FingerprintAsync(app);
            foreach (var again in await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => SendAsync(owner, address, body, key))))
            {
                if (again != (status, text)) wrong.Add($"{path}: {status} {text}{Environment.NewLine}  and then {again}");
            }

            if (await EveryRoute.FingerprintAsync(app) != after) wrong.Add($"{path}: a retry changed something");
        }

        Assert.True(wrong.Count == 0, string.Join(Environment.NewLine, wrong));
        Assert.True(done.Count >= 25, $"only {done.Count} take a key");
    }

    // With documents of its own for what can be done to a document in one state only, and once.
    private static async Task<IReadOnlyDictionary<string, Guid>> ReadyAsync(HttpClient owner, string path, IReadOnlyDictionary<string, Guid> ids)
    {
        if (path.EndsWith("/signatures", StringComparison.Ordinal))
        {
            var visit = await (await owner.PostAsync($"/api/v1/jobs/{ids["jobs"]}/visits", new { scheduled_start = "2026-12-15T14:00:00Z", scheduled_end = "2026-12-15T15:00:00Z", assigned_user_id = ids["users"] })).DataAsync(HttpStatusCode.Created);
            await (await owner.PostAsync($"/api/v1/visits/{visit["id"]}/transition", new { status = "arrived" })).DataAsync();
            return new Dictionary<string, Guid>(ids) { ["visits"] = (Guid)visit["id"]! };
        }

        var (kind, steps) = path.Split('/')[3..] switch
        {
            ["estimates", _, "transition"] => ("estimates", []),
            ["estimates", _, "revisions"] => ("estimates", ["sent"]),
            ["estimates", _, _] => ("estimates", ["sent", "approved"]),
            ["invoices", _, "transition"] => ("invoices", []),
            ["invoices", _, _] => ("invoices", ["sent"]),
            _ => ("", (string[])[]),
        };
        if (kind is "") return ids;

        var made = await (await owner.PostAsync($"/api/v1/{kind}", new { client_id = ids["clients"], line_items = new[] { new { description = "Work", quantity = 1, unit_price_cents = 5_000 } } })).DataAsync(HttpStatusCode.Created);
        foreach (var status in steps) await (await owner.PostAsync($"/api/v1/{kind}/{made["id"]}/transition", new { status })).DataAsync();
        return new Dictionary<string, Guid>(ids) { [kind] = (Guid)made["id"]! };
    }

    // The sample's body for what is there, and on a day when nobody is away.
    private static string Body(string path, IReadOnlyDictionary<string, Guid> ids, Company company)
    {
        var body = JsonSerializer.SerializeToNode(Sample.Body("POST", path))!.AsObject();
        if (body.ContainsKey("client_id")) body["client_id"] = ids["clients"];
        if (body["invoice"] is JsonObject invoice) invoice["client_id"] = ids["clients"];
        if (body.ContainsKey("user_id")) body["user_id"] = company.Tech.Id;
        if (path.EndsWith("/reschedule", StringComparison.Ordinal)) body["scheduled_start"] = "2026-12-09T14:00:00Z";
        return body.ToJsonString();
    }

    private static async Task<(int Status, string Text)> SendAsync(HttpClient owner, string path, string body, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("Idempotency-Key", key);
        var answer = await owner.SendAsync(request, Stop);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(Stop));
    }
}
