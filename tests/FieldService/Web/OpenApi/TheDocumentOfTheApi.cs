using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Web.OpenApi;

/// <summary><c>docs/api/openapi.json</c> says what the service does, and the service answers as it says.</summary>
public sealed class TheDocumentOfTheApi(PostgresServer postgres)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Is_kept_in_docs_and_served()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);

        StateDrawing.SeeThatItIsKept("openapi.json", ApiDocument.Text(ApiDocument.Of(app)), "api");

        var served = await app.Client().GetAsync("/api/v1/openapi.json", Stop);
        Assert.Equal("application/json", served.Content.Headers.ContentType!.MediaType);
        Assert.Equal("3.1.0", (string?)(await served.JsonAsync())["openapi"]);
    }

    [Fact]
    public async Task Has_every_route_with_what_it_asks_for_and_who_may()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var document = JsonNode.Parse(ApiDocument.Text(ApiDocument.Of(app)))!.AsObject();

        var operations = document["paths"]!.AsObject().SelectMany(p => p.Value!.AsObject(), (p, o) => (p.Key, Verb: o.Key, Operation: o.Value!)).ToArray();

        Assert.Equal(ApiDocument.Routes(app).Count(), operations.Length);
        Assert.Equal(operations.Length, operations.Select(o => (string)o.Operation["operationId"]!).Distinct().Count());
        Assert.All(operations, o => Assert.True(o.Operation["x-ability"] is not null || o.Operation["security"] is JsonArray { Count: 0 }, $"{o.Verb} {o.Key} says nobody who may"));
        Assert.All(operations, o => Assert.True(o.Verb is "get" or "delete" || o.Operation["requestBody"] is not null || IsBare(o.Verb, o.Key), $"{o.Verb} {o.Key} has no body in the document"));
        Assert.All(operations, o => Assert.Equal(o.Key.Split('{').Length - 1, (o.Operation["parameters"]?.AsArray() ?? []).Count(p => (string?)p!["in"] == "path")));
    }

    [Fact]
    public async Task Is_what_the_service_takes_and_answers()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var document = JsonNode.Parse(ApiDocument.Text(ApiDocument.Of(app)))!.AsObject();
        var check = new SchemaCheck(document);
        var ids = await Sample.FillAsync(app);
        var owner = await app.SignedInAsync();

        var (faults, checkedAnswers) = (new List<string>(), 0);
        // What takes something away comes last, or there would be nothing left to look at.
        foreach (var (route, method, path) in ApiDocument.Routes(app).OrderBy(r => r.Method switch { "GET" => 0, "PATCH" => 1, "POST" => 2, _ => 3 }).ThenBy(r => r.Path.EndsWith("logout", StringComparison.Ordinal)))
        {
            var operation = document["paths"]![System.Text.RegularExpressions.Regex.Replace(path, @"\{\**(\w+)[^}]*\}", "{$1}")]![method.ToLowerInvariant()]!;
            var body = operation["requestBody"] is not null && operation["requestBody"]!["content"]!["application/json"] is not null ? Sample.Body(method, path) : null;
            if (operation["requestBody"]?["content"]?["application/json"]?["schema"] is { } form && body is not null)
            {
                faults.AddRange(check.Faults(JsonNode.Parse(System.Text.Json.JsonSerializer.Serialize(body)), form).Select(f => $"{method} {path} takes {f}"));
            }

            var answer = await owner.SendAsync(new(new(method), Hostile.PathOf(path, ids)) { Content = body is null ? null : JsonContent.Create(body) }, Stop);
            var status = $"{(int)answer.StatusCode}";
            var response = operation["responses"]![status];
            if (response?["$ref"] is not null) response = document["components"]!["responses"]![$"Error{status}"];
            if (response is null && operation["responses"]!["default"] is null) faults.Add($"{method} {path} answers {status}, which is not in the document");
            if (response?["content"]?["application/json"]?["schema"] is not { } schema) continue;

            var text = await answer.Content.ReadAsStringAsync(Stop);
            faults.AddRange(check.Faults(JsonNode.Parse(text), schema).Select(f => $"{method} {path} {status} answers {f}"));
            if (answer.IsSuccessStatusCode) checkedAnswers++;
        }

        Assert.True(faults.Count == 0, string.Join(Environment.NewLine, faults));
        Assert.True(checkedAnswers >= 25, $"only {checkedAnswers} answers were checked");
    }

    [Theory]
    [InlineData("""{"type":"object","required":["a"],"properties":{"a":{"type":"integer","maximum":3}}}""", """{"a":4}""")]
    [InlineData("""{"type":"object","required":["a"],"properties":{"a":{"type":"integer"}}}""", """{}""")]
    [InlineData("""{"type":"object","properties":{"a":{"type":["string","null"],"format":"uuid"}}}""", """{"a":"x"}""")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string"}}}""", """{"b":1}""")]
    [InlineData("""{"type":"array","items":{"type":"string","enum":["x"]}}""", """["y"]""")]
    [InlineData("""{"anyOf":[{"type":"string"},{"type":"null"}]}""", """7""")]
    public void A_document_that_does_not_fit_is_noticed(string schema, string value) =>
        Assert.Single(new SchemaCheck([]).Faults(JsonNode.Parse(value), JsonNode.Parse(schema)!));

    private static bool IsBare(string verb, string path) => System.Text.Json.JsonSerializer.Serialize(Sample.Body(verb.ToUpperInvariant(), path)) == "{}";
}
