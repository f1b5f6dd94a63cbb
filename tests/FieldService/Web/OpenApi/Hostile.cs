using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Web.OpenApi;

/// <summary>Walks every route of the document with what nobody should send: each is refused in the published form, and nothing has changed.</summary>
public sealed class Hostile(PostgresServer postgres)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static readonly string[] Queries =
        ["'", "1' or '1'='1", "-1", "0", "99999999999999999999", "1e400", "NaN", "true", "null", "[]", "%00", "%F0%9F%98%80", "..%2f..%2fetc%2fpasswd", "%3Cscript%3E", "id;drop table users", new string('x', 3000), ""];

    [Fact]
    public async Task Parameters_are_refused_or_understood_and_never_fail()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var ids = await Sample.FillAsync(app);
        var owner = await app.SignedInAsync();
        var before = await EveryRoute.FingerprintAsync(app);

        var (faults, walked) = (new List<string>(), 0);
        foreach (var (method, path, operation) in Operations(ApiDocument.Of(app)).Where(o => o.Method == "GET"))
        {
            foreach (var parameter in (operation["parameters"]?.AsArray() ?? []).Where(p => (string?)p!["in"] == "query"))
            {
                foreach (var value in Queries)
                {
                    walked++;
                    var isWord = value.Length > 0 && (string?)parameter!["name"] is "sort" or "order" or "page" or "limit" && value is not ("0" or "-1");
                    var answer = await owner.SendAsync(new(HttpMethod.Get, $"{PathOf(path, ids)}?{parameter!["name"]}={value}"), Stop);
                    await JudgeAsync(faults, $"{method} {path}?{parameter["name"]}={(value.Length > 40 ? value[..40] : value)}", answer, mustRefuse: isWord);
                }
            }
        }

        Assert.True(faults.Count == 0, string.Join(Environment.NewLine, faults));
        Assert.True(walked > 300, $"only {walked} were walked");
        Assert.Equal(before, await EveryRoute.FingerprintAsync(app));
    }

    [Fact]
    public async Task Ids_that_are_none_are_refused()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var owner = await app.SignedInAsync();
        var before = await EveryRoute.FingerprintAsync(app);

        var faults = new List<string>();
        foreach (var (method, path, _) in Operations(ApiDocument.Of(app)).Where(o => o.Path.Contains('{', StringComparison.Ordinal)))
        {
            foreach (var id in new[] { "1", "not-a-uuid", "%01", "'", new string('9', 500), "00000000-0000-0000-0000-00000000000g" })
            {
                var answer = await owner.SendAsync(new(new(method), Regex.Replace(path, @"\{\w+\}", id)) { Content = method is "POST" or "PATCH" or "PUT" ? JsonContent(Sample.Body(method, path)) : null }, Stop);
                await JudgeAsync(faults, $"{method} {path} with {id[..Math.Min(id.Length, 20)]}", answer, mustRefuse: true);
            }
        }

        Assert.True(faults.Count == 0, string.Join(Environment.NewLine, faults));
        Assert.Equal(before, await EveryRoute.FingerprintAsync(app));
    }

    [Fact]
    public async Task Bodies_that_are_no_form_are_refused()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var ids = await Sample.FillAsync(app);
        var owner = await app.SignedInAsync();
        var before = await EveryRoute.FingerprintAsync(app);

        var (faults, walked) = (new List<string>(), 0);
        foreach (var (method, path, form) in Forms(ApiDocument.Of(app)))
        {
            foreach (var (what, body) in Bodies(form, JsonNode.Parse(JsonSerializer.Serialize(Sample.Body(method, path)))!.AsObject(), isPatch: method == "PATCH"))
            {
                walked++;
                var content = new ByteArrayContent(body);
                content.Headers.ContentType = new(what == "another type" ? "text/plain" : "application/json");
                using var answer = await owner.SendAsync(new(new(method), PathOf(path, ids)) { Content = content }, Stop);
                await JudgeAsync(faults, $"{method} {path}: {what}", answer, mustRefuse: true);
                if (what == "another type" && answer.StatusCode is not HttpStatusCode.UnsupportedMediaType) faults.Add($"{method} {path}: {what}: {(int)answer.StatusCode}");
            }
        }

        Assert.True(faults.Count == 0, string.Join(Environment.NewLine, faults));
        Assert.True(walked > 300, $"only {walked} were walked");
        Assert.Equal(before, await EveryRoute.FingerprintAsync(app));
    }

    [Fact]
    public async Task Bodies_that_are_too_large_are_refused()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var ids = await Sample.FillAsync(app);
        var owner = await app.SignedInAsync();
        var before = await EveryRoute.FingerprintAsync(app);
        var large = Encoding.UTF8.GetBytes($$"""{"notes":"{{new string('x', 2_000_000)}}"}""");

        var faults = new List<string>();
        foreach (var (method, path, _) in Forms(ApiDocument.Of(app)))
        {
            var request = new HttpRequestMessage(new(method), PathOf(path, ids)) { Content = new ByteArrayContent(large) };
            request.Content.Headers.ContentType = new("application/json");
            request.Headers.ExpectContinue = true;
            using var answer = await owner.SendAsync(request, Stop);
            await JudgeAsync(faults, $"{method} {path} with 2 MB", answer, mustRefuse: true);
        }

        Assert.True(faults.Count == 0, string.Join(Environment.NewLine, faults));
        Assert.Equal(before, await EveryRoute.FingerprintAsync(app));
    }

    [Fact]
    public async Task Somebody_who_was_deactivated_is_nobody_from_the_next_request_on()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var ids = await Sample.FillAsync(app);
        var left = await app.SignedInAsync(app.Company.Admin);
        await (await app.SignedInAsync()).PostAsync($"/api/v1/users/{app.Company.Admin.Id}/deactivation", new { });
        var before = await EveryRoute.FingerprintAsync(app);

        var faults = new List<string>();
        foreach (var (method, path, operation) in Operations(ApiDocument.Of(app)).Where(o => o.Operation["x-ability"] is not null))
        {
            var answer = await left.SendAsync(new(new(method), PathOf(path, ids)) { Content = operation["requestBody"]?["content"]?["application/json"] is not null ? JsonContent(Sample.Body(method, path)) : null }, Stop);
            if (answer.StatusCode is not HttpStatusCode.Unauthorized) faults.Add($"{method} {path}: {(int)answer.StatusCode}");
        }

        Assert.True(faults.Count == 0, string.Join(Environment.NewLine, faults));
        Assert.Equal(before, await EveryRoute.FingerprintAsync(app));
    }

    [Fact]
    public async Task A_technician_finds_nothing_of_anothers_visits_and_changes_nothing()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var ids = await Sample.FillAsync(app);
        var other = Guid.CreateVersion7();
        await app.SqlAsync("insert into users (account_id, id, email, full_name, password_hash, role) select account_id, $2, 'other@north.test', 'Other', password_hash, 'tech' from users where id = $1", app.Company.Tech.Id, other);
        var technician = await app.SignedInAsync(new(other, "other@north.test"));
        var before = await EveryRoute.FingerprintAsync(app);

        var faults = new List<string>();
        foreach (var (method, path, operation) in Operations(ApiDocument.Of(app)).Where(o => o.Path.Contains('{', StringComparison.Ordinal) && !IsForEverybody(o.Method, o.Path)))
        {
            var answer = await technician.SendAsync(new(new(method), PathOf(path, ids)) { Content = operation["requestBody"]?["content"]?["application/json"] is not null ? JsonContent(Sample.Body(method, path)) : null }, Stop);
            if (answer.StatusCode is not (HttpStatusCode.NotFound or HttpStatusCode.Forbidden)) faults.Add($"{method} {path}: {(int)answer.StatusCode}");
        }

        Assert.True(faults.Count == 0, string.Join(Environment.NewLine, faults));
        Assert.Equal(before, await EveryRoute.FingerprintAsync(app));
    }

    /// <summary>What belongs to no visit: every technician looks up what the company sells.</summary>
    private static bool IsForEverybody(string method, string path) => method == "GET" && path.StartsWith("/api/v1/price-book/", StringComparison.Ordinal);

    /// <summary>A route's path with the sample's ids: the segment before an id says of what it is.</summary>
    internal static string PathOf(string path, IReadOnlyDictionary<string, Guid> ids) => Regex.Replace(path, @"(?<kind>[\w-]+)/\{[^}]+\}", part =>
        $"{part.Groups["kind"].Value}/{(ids.TryGetValue(part.Groups["kind"].Value, out var id) ? id : throw new InvalidOperationException($"Sample has nothing for /{part.Groups["kind"].Value}/…: add it."))}");

    private static IEnumerable<(string Method, string Path, JsonNode Operation)> Operations(JsonObject document) =>
        document["paths"]!.AsObject().SelectMany(p => p.Value!.AsObject(), (p, o) => (o.Key.ToUpperInvariant(), p.Key, o.Value!));

    // Guessing passwords and tokens is limited, and what is limited is not what is looked at here.
    private static IEnumerable<(string Method, string Path, JsonObject Form)> Forms(JsonObject document) =>
        from o in Operations(document)
        where !o.Path.StartsWith("/api/v1/auth/", StringComparison.Ordinal)
        let schema = o.Operation["requestBody"]?["content"]?["application/json"]?["schema"]
        where schema is not null
        select (o.Method, o.Path, (schema["$ref"] is { } name ? document["components"]!["schemas"]![((string)name!).Split('/')[^1]]! : schema).AsObject());

    private static IEnumerable<(string What, byte[] Body)> Bodies(JsonObject form, JsonObject good, bool isPatch)
    {
        var well = Encoding.UTF8.GetBytes(good.ToJsonString());
        yield return ("another type", well);
        yield return ("half of it", well[..(well.Length / 2)]);
        // In a field that is text; what a form does not know is passed over unread.
        if (form["properties"]!.AsObject().FirstOrDefault(field => (string?)(field.Value!["type"] as JsonValue) == "string" || (field.Value["type"] as JsonArray)?.Any(t => (string?)t == "string") is true).Key is { } text)
        {
            yield return ("not UTF-8", [.. Encoding.UTF8.GetBytes($"{{\"{text}\":\""), 0xff, 0xfe, .. "\"}"u8]);
        }

        yield return ("deep nesting", Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":", 5_000)) + "1" + new string('}', 5_000)));
        foreach (var whole in new[] { "", "[]", "\"text\"", "7", "true", "null", "{", "{\"a\":1,}", "{\"a\":1} x" }) yield return ($"'{whole}'", Encoding.UTF8.GetBytes(whole));

        foreach (var (name, schema) in form["properties"]!.AsObject())
        {
            var types = schema!["type"] is JsonArray several ? several.Select(t => (string?)t).ToArray() : [(string?)schema["type"]];
            // What may be anything at all, and what is another form, cannot be of the wrong type in these ways.
            if (types is [null]) continue;

            string[] wrong = types.Contains("string") || types.Contains("array") ? ["{\"x\":1}", "true"] : types.Contains("boolean") ? ["{}", "\"yes\"", "7"] : types.Contains("object") ? ["7", "\"text\""] : ["{}", "[]", "true", "\"much\"", "1e400", "123456789012345678901234567890"];
            if (types.Contains("string") && !types.Contains("number")) wrong = [.. wrong, "7", "[]", "\"a\\u0000b\"", "\"\\ud800\""];
            foreach (var value in wrong)
            {
                var fields = (isPatch ? [] : good.Where(f => f.Key != name)).Select(f => $"\"{f.Key}\":{f.Value?.ToJsonString() ?? "null"}").Append($"\"{name}\":{value}");
                yield return ($"{name} = {value}", Encoding.UTF8.GetBytes($"{{{string.Join(',', fields)}}}"));
            }
        }
    }

    private static ByteArrayContent JsonContent(object body)
    {
        var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }

    private static async Task JudgeAsync(List<string> faults, string what, HttpResponseMessage answer, bool mustRefuse)
    {
        var status = (int)answer.StatusCode;
        if (status < 400 && mustRefuse) faults.Add($"{what}: {status}");
        if (status >= 500) faults.Add($"{what}: {status}");
        if (status < 400) return;

        var text = await answer.Content.ReadAsStringAsync(Stop);
        try
        {
            if (JsonNode.Parse(text)?["error"]?["code"] is null) faults.Add($"{what}: {status} without the envelope: {text}");
        }
        catch (JsonException)
        {
            faults.Add($"{what}: {status} without the envelope: {text}");
        }
    }
}
