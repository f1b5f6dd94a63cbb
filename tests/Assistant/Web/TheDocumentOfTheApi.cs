using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Outpost.Assistant.Catalogue;
using Outpost.Assistant.Web;
using Outpost.Testing;

namespace Outpost.Assistant.Tests.Web;

/// <summary>
/// <c>docs/api/assistant.json</c> is OpenAPI 3.1, written from the routes, the handlers' parameters and the types they take and give. It is written again with
/// <c>OUTPOST_WRITE_DOCS=1</c>, and served as a file.
/// </summary>
public sealed partial class TheDocumentOfTheApi(PostgresServer postgres)
{
    private static readonly JsonSerializerOptions Written = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // What these take is OpenAI's, or has more than one form; it is read by hand.
    private static readonly Dictionary<string, string> Bodies = new()
    {
        ["POST /api/chat"] = Chat,
        ["POST /api/chat/stream"] = Chat,
        ["POST /v1/chat/completions"] = """{"type":"object","required":["model","messages"],"properties":{"model":{"type":"string"},"messages":{"type":"array","items":{"type":"object"}},"stream":{"type":"boolean"}},"additionalProperties":true}""",
        ["POST /v1/embeddings"] = """{"type":"object","required":["model","input"],"properties":{"model":{"type":"string"},"input":{"type":["string","array"]},"dimensions":{"type":"integer"},"encoding_format":{"enum":["float","base64"]}}}""",
    };

    private const string Chat = """
        {"type":"object","required":["messages"],"properties":{"messages":{"type":"array","items":{"type":"object","required":["role","content"],"properties":{"role":{"enum":["system","user","assistant"]},"content":{"type":["string","array"]}}}},
        "model":{"type":"string","default":"auto"},"max_tokens":{"type":"integer","minimum":1,"default":4096},"temperature":{"type":"number","minimum":0,"maximum":2},"system":{"type":"string"},"session_id":{"type":"string","format":"uuid"},"policy":{"enum":["strict","clamp_max_tokens"]}}}
        """;

    [Fact]
    public async Task Is_kept_in_docs_and_served()
    {
        await using var test = await AssistantUnderTest.StartAsync(postgres);
        var written = JsonSerializer.Serialize(Of(test.App), Written) + "\n";
        var path = Path.Combine(Root(), "docs", "api", "assistant.json");
        if (Environment.GetEnvironmentVariable("OUTPOST_WRITE_DOCS") == "1") await File.WriteAllTextAsync(path, written, AssistantUnderTest.Stop);

        Assert.Equal(written, await File.ReadAllTextAsync(path, AssistantUnderTest.Stop));
        using var stranger = test.Stranger();
        Assert.Equal("3.1.0", (string?)(await (await stranger.ReadAsync("/openapi.json")).JsonAsync())["openapi"]);
    }

    [Fact]
    public async Task Is_a_page_for_people_that_names_every_route_and_needs_no_script()
    {
        await using var test = await AssistantUnderTest.StartAsync(postgres);
        using var stranger = test.Stranger();

        var answer = await stranger.ReadAsync("/docs");
        var page = await answer.Content.ReadAsStringAsync(AssistantUnderTest.Stop);

        Assert.Equal("text/html", answer.Content.Headers.ContentType?.MediaType);
        Assert.StartsWith("default-src 'self';", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.All(Routes(test.App), route => Assert.Contains($"<b>{route.Method}</b> <code>{route.Path}</code>", page, StringComparison.Ordinal));
        // Nothing that the policy would forbid, and nothing from elsewhere.
        Assert.DoesNotMatch("<script|style=|<style|https?://|//[a-z]+\\.", page.Split("<nav>")[0]);
        Assert.DoesNotMatch("<script|style=\"|<style|(?:src|href)=\"(?:https?:|//)", page);
        foreach (System.Text.RegularExpressions.Match link in System.Text.RegularExpressions.Regex.Matches(page, "(?:href|src)=\"(/[^\"]*)\"")) (await stranger.ReadAsync(link.Groups[1].Value)).EnsureSuccessStatusCode();
    }

    [Fact]
    public async Task Every_route_says_who_may_or_that_everybody_may()
    {
        await using var test = await AssistantUnderTest.StartAsync(postgres);

        Assert.All(Routes(test.App), route => Assert.True(
            route.Endpoint.Metadata.GetMetadata<RequiresAttribute>() is not null || route.Endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null, $"{route.Method} {route.Path} is closed to everybody"));
        Assert.All(Routes(test.App).Where(route => route.Path.StartsWith("/api/", StringComparison.Ordinal) && !route.Path.EndsWith("/health", StringComparison.Ordinal)),
            route => Assert.False(string.IsNullOrEmpty(route.Endpoint.Metadata.GetMetadata<IEndpointSummaryMetadata>()?.Summary), $"{route.Method} {route.Path} has no summary"));
    }

    private static IEnumerable<(RouteEndpoint Endpoint, string Method, string Path)> Routes(WebApplication app) =>
        app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .SelectMany(route => route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Where(method => method != "HEAD"),
                (route, method) => (route, method, Constraint().Replace("/" + route.RoutePattern.RawText!.Trim('/'), "{$1}")))
            .OrderBy(route => route.Item3, StringComparer.Ordinal).ThenBy(route => route.method, StringComparer.Ordinal);

    private static JsonObject Of(WebApplication app)
    {
        var services = app.Services.GetRequiredService<IServiceProviderIsService>();
        var paths = new JsonObject();
        foreach (var (route, method, path) in Routes(app))
        {
            if (paths[path] is null) paths[path] = new JsonObject();
            paths[path]![method.ToLowerInvariant()] = Operation(route, method, path, services);
        }

        return new()
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject
            {
                ["title"] = "Outpost: assistant",
                ["version"] = ServiceEndpoints.ApiVersion,
                ["description"] = "Amounts are dollars with up to nine decimals. Errors are RFC 9457 problems with error_code; under /v1 they have the shape of OpenAI's API. What may cost more than a limit has room for is answered with 402 before any provider is asked.",
                ["license"] = new JsonObject { ["name"] = "Apache-2.0", ["identifier"] = "Apache-2.0" },
            },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = "/" }),
            ["security"] = new JsonArray(new JsonObject { ["bearer"] = new JsonArray() }, new JsonObject { ["cookie"] = new JsonArray() }),
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["securitySchemes"] = new JsonObject
                {
                    ["bearer"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer", ["description"] = "An API key, or the token that signing in answers with." },
                    ["cookie"] = new JsonObject { ["type"] = "apiKey", ["in"] = "cookie", ["name"] = "assistant_session" },
                },
                ["schemas"] = new JsonObject
                {
                    ["Problem"] = JsonNode.Parse("""{"type":"object","required":["type","title","status","detail","instance","error_code","request_id"],"properties":{"type":{"type":"string"},"title":{"type":"string"},"status":{"type":"integer"},"detail":{"type":"string"},"instance":{"type":"string"},"error_code":{"type":"string"},"request_id":{"type":"string","format":"uuid"},"errors":{"type":"array","items":{"type":"object","properties":{"field":{"type":"string"},"message":{"type":"string"}}}}}}"""),
                },
            },
        };
    }

    private static JsonObject Operation(RouteEndpoint route, string method, string path, IServiceProviderIsService services)
    {
        var ability = route.Metadata.GetMetadata<RequiresAttribute>()?.Ability;
        var operation = new JsonObject
        {
            ["operationId"] = method.ToLowerInvariant() + string.Concat(Word().Matches(path).Select(word => char.ToUpperInvariant(word.Value[0]) + word.Value[1..])),
            ["summary"] = route.Metadata.GetMetadata<IEndpointSummaryMetadata>()?.Summary,
            ["tags"] = new JsonArray(JsonValue.Create(route.Metadata.GetMetadata<ITagsMetadata>()?.Tags[0] ?? "Service")),
        };
        if (ability is { } needed) operation["x-ability"] = Kernel.Words<Ability>.Of(needed);
        else operation["security"] = new JsonArray();

        var inPath = route.RoutePattern.Parameters.Select(parameter => parameter.Name).ToHashSet(StringComparer.Ordinal);
        var taken = route.Metadata.GetMetadata<MethodInfo>()?.GetParameters() ?? [];
        var parameters = new JsonArray([.. inPath.Select(name => (JsonNode?)new JsonObject { ["name"] = name, ["in"] = "path", ["required"] = true, ["schema"] = new JsonObject { ["type"] = "string" } })]);
        foreach (var parameter in taken.Where(parameter => IsSimple(parameter.ParameterType) && !inPath.Contains(parameter.Name!))) parameters.Add((JsonNode)Query(parameter.GetCustomAttribute<Microsoft.AspNetCore.Mvc.FromQueryAttribute>()?.Name ?? parameter.Name!, parameter.ParameterType));
        foreach (var property in taken.Where(parameter => parameter.GetCustomAttribute<AsParametersAttribute>() is not null).SelectMany(parameter => parameter.ParameterType.GetProperties().Where(property => property.CanWrite)))
            parameters.Add((JsonNode)Query(JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name), property.PropertyType));
        if (parameters.Count > 0) operation["parameters"] = parameters;

        var body = taken.FirstOrDefault(parameter => parameter.ParameterType is { Namespace: { } space } type && space.StartsWith("Outpost.Assistant", StringComparison.Ordinal) && type != typeof(Caller)
            && parameter.GetCustomAttribute<AsParametersAttribute>() is null && !services.IsService(type));
        var form = body is not null ? SchemaOf(body.ParameterType) : Bodies.TryGetValue($"{method} {path}", out var written) ? JsonNode.Parse(written) : null;
        if (form is not null) operation["requestBody"] = new JsonObject { ["required"] = true, ["content"] = new JsonObject { ["application/json"] = new JsonObject { ["schema"] = form } } };

        var responses = new JsonObject();
        foreach (var produced in route.Metadata.OfType<IProducesResponseTypeMetadata>().OrderBy(produced => produced.StatusCode))
        {
            var answer = new JsonObject { ["description"] = "Done." };
            if (produced.Type is { } given && given != typeof(void) && given.Namespace?.StartsWith("Microsoft", StringComparison.Ordinal) is false)
                answer["content"] = new JsonObject { ["application/json"] = new JsonObject { ["schema"] = SchemaOf(given) } };
            responses[$"{produced.StatusCode}"] = answer;
        }

        if (responses.Count == 0) responses["200"] = new JsonObject { ["description"] = "Done." };
        if (path.StartsWith("/api/", StringComparison.Ordinal))
            responses["default"] = new JsonObject { ["description"] = "Refused.", ["content"] = new JsonObject { ["application/problem+json"] = new JsonObject { ["schema"] = new JsonObject { ["$ref"] = "#/components/schemas/Problem" } } } };
        operation["responses"] = responses;
        return operation;
    }

    private static JsonNode SchemaOf(Type type) => WireJson.Options.GetJsonSchemaAsNode(type, new() { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = Plain });

    // What a converter writes, the exporter cannot know.
    private static JsonNode Plain(JsonSchemaExporterContext context, JsonNode schema)
    {
        var bare = Nullable.GetUnderlyingType(context.TypeInfo.Type);
        var type = bare ?? context.TypeInfo.Type;
        if (type == typeof(Spend)) return new JsonObject { ["type"] = bare is null ? "number" : new JsonArray("number", "null") };
        if (type == typeof(DateTimeOffset)) return new JsonObject { ["type"] = bare is null ? "string" : new JsonArray("string", "null"), ["format"] = "date-time" };
        return schema;
    }

    private static JsonObject Query(string name, Type type) => new()
    {
        ["name"] = name, ["in"] = "query", ["schema"] = new JsonObject { ["type"] = (Nullable.GetUnderlyingType(type) ?? type) == typeof(int) ? "integer" : "string" },
    };

    private static bool IsSimple(Type type) => Type.GetTypeCode(Nullable.GetUnderlyingType(type) ?? type) is TypeCode.String or TypeCode.Int32 || type == typeof(Guid);

    private static string Root([CallerFilePath] string file = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "..", "..", ".."));

    [GeneratedRegex(@"\{\**(\w+)[^}]*\}")]
    private static partial Regex Constraint();

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();
}
