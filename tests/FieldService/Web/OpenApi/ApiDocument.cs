using System.Reflection;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Kernel;

namespace Outpost.FieldService.Tests.Web.OpenApi;

/// <summary>
/// The API as OpenAPI 3.1, written from the route table, the handlers' parameters and the types they take and give: the same things that the service runs by.
/// It is made here and served as a file, so that the service itself carries no generator.
/// </summary>
internal sealed partial class ApiDocument
{
    private static readonly JsonSerializerOptions Written = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly JsonObject _components = [];
    private readonly SchemaOf _schema;
    private readonly IServiceProviderIsService _services;

    private ApiDocument(FieldServiceUnderTest app)
    {
        _services = app.App.Services.GetRequiredService<IServiceProviderIsService>();
        _schema = new(_components);
    }

    public static IEnumerable<(RouteEndpoint Route, string Method, string Path)> Routes(FieldServiceUnderTest app) =>
        app.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(r => r.RoutePattern.RawText!.TrimStart('/').StartsWith("api/", StringComparison.Ordinal))
            .SelectMany(r => r.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Where(m => m != "HEAD"), (route, method) => (route, method, "/" + route.RoutePattern.RawText!.Trim('/')))
            .OrderBy(r => r.Item3, StringComparer.Ordinal).ThenBy(r => r.method, StringComparer.Ordinal);

    public static JsonObject Of(FieldServiceUnderTest app)
    {
        var document = new ApiDocument(app);
        var paths = new JsonObject();
        foreach (var (route, method, path) in Routes(app))
        {
            var plain = Constraint().Replace(path, "{$1}");
            if (paths[plain] is null) paths[plain] = new JsonObject();
            paths[plain]![method.ToLowerInvariant()] = document.Operation(route, method, plain);
        }

        var codes = Codes();
        return new()
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject
            {
                ["title"] = "Outpost: field service",
                ["version"] = "1",
                ["description"] = "Money is in the currency's smallest unit, an instant is ISO 8601, a quantity is text with two decimals, a rate is a percentage. A PATCH is a merge patch (RFC 7396).",
                ["license"] = new JsonObject { ["name"] = "Apache-2.0", ["identifier"] = "Apache-2.0" },
            },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = "/" }),
            ["security"] = new JsonArray(new JsonObject { ["cookie"] = new JsonArray() }, new JsonObject { ["bearer"] = new JsonArray() }),
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["schemas"] = new JsonObject([.. document._components.Where(c => c.Value is not null).OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => KeyValuePair.Create(c.Key, (JsonNode?)c.Value!.DeepClone())), KeyValuePair.Create("Error", (JsonNode?)Error(codes))]),
                ["responses"] = new JsonObject([.. codes.OrderBy(c => c.Key).Select(c => KeyValuePair.Create($"Error{c.Key}", (JsonNode?)Refusal(c.Key, c.Value)))]),
                ["securitySchemes"] = new JsonObject
                {
                    ["cookie"] = new JsonObject { ["type"] = "apiKey", ["in"] = "cookie", ["name"] = SessionCookie.Name },
                    ["bearer"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer", ["description"] = "The token that signing in answers with, or an API key." },
                },
            },
        };
    }

    public static string Text(JsonObject document) => JsonSerializer.Serialize(document, Written).Replace("\r\n", "\n", StringComparison.Ordinal) + "\n";

    private JsonObject Operation(RouteEndpoint route, string method, string path)
    {
        var handler = route.Metadata.GetMetadata<MethodInfo>();
        var ability = route.Metadata.GetMetadata<RequiresAttribute>()?.Ability;
        var isOpen = route.Metadata.GetMetadata<IAllowAnonymous>() is not null;
        var inputs = (handler?.GetParameters() ?? []).ToArray();
        var operation = new JsonObject
        {
            ["operationId"] = OperationId(method, path),
            ["summary"] = route.Metadata.GetMetadata<IEndpointSummaryMetadata>()?.Summary ?? "Whether the service is well",
            ["tags"] = new JsonArray(route.Metadata.GetMetadata<ITagsMetadata>()?.Tags is [var tag, ..] ? tag : "Service"),
        };
        if (isOpen) operation["security"] = new JsonArray();
        else if (ability is { } needed)
        {
            operation["description"] = $"For {string.Join(", ", Abilities.Having(needed).Select(Words<UserRole>.Of))}.";
            operation["x-ability"] = needed.ToString();
        }

        var parameters = new JsonArray([.. Parameters(route, inputs)]);
        if (parameters.Count > 0) operation["parameters"] = parameters;
        var body = Body(route, inputs);
        if (body is not null) operation["requestBody"] = body;
        operation["responses"] = Responses(route, inputs, isOpen, body is not null);
        return operation;
    }

    private IEnumerable<JsonNode?> Parameters(RouteEndpoint route, ParameterInfo[] inputs)
    {
        foreach (var part in route.RoutePattern.Parameters)
        {
            var bound = inputs.FirstOrDefault(i => i.Name == part.Name);
            var schema = bound is null ? new JsonObject { ["type"] = "string" } : _schema.Parameter(bound.ParameterType, null);
            yield return new JsonObject { ["name"] = part.Name, ["in"] = "path", ["required"] = true, ["schema"] = schema };
        }

        foreach (var input in inputs)
        {
            if (input.IsDefined(typeof(AsParametersAttribute)))
            {
                foreach (var property in input.ParameterType.GetProperties().Where(p => p.SetMethod is not null))
                {
                    var name = property.GetCustomAttribute<FromQueryAttribute>()?.Name ?? JsonNamingPolicy.CamelCase.ConvertName(property.Name);
                    var schema = _schema.Parameter(property.PropertyType, property);
                    if (name == "sort" && SortsOf(route) is { } sorts) schema["enum"] = new JsonArray([.. sorts.Words.Select(word => (JsonNode?)word)]);
                    if (name == "order") schema["enum"] = new JsonArray("asc", "desc");
                    if (input.ParameterType == typeof(Paging)) schema["default"] = property.Name == "Page" ? 1 : 20;
                    yield return new JsonObject { ["name"] = name, ["in"] = "query", ["schema"] = schema };
                }
            }
            else if (input.ParameterType == typeof(Idempotency))
            {
                yield return new JsonObject
                {
                    ["name"] = Idempotency.Header, ["in"] = "header", ["description"] = "The same request with the same key is done once and answered alike.",
                    ["schema"] = new JsonObject { ["type"] = "string", ["minLength"] = 1, ["maxLength"] = 128 },
                };
            }
            else if (IsQuery(route, input))
            {
                yield return new JsonObject { ["name"] = input.GetCustomAttribute<FromQueryAttribute>()?.Name ?? input.Name, ["in"] = "query", ["schema"] = _schema.Parameter(input.ParameterType, null) };
            }
        }

        if (route.Metadata.GetMetadata<VersionedAttribute>() is not null)
        {
            yield return new JsonObject
            {
                ["name"] = "If-Match", ["in"] = "header", ["description"] = "The ETag that was read: the change is made only while it is still that version.",
                ["schema"] = new JsonObject { ["type"] = "string" },
            };
        }
    }

    // A list keeps its orders in the one field that it reads them from.
    private static Sorting? SortsOf(RouteEndpoint route) =>
        (Sorting?)route.Metadata.GetMetadata<MethodInfo>()?.DeclaringType?.GetField("Sorting", BindingFlags.NonPublic | BindingFlags.Static)?.GetValue(null);

    private static bool IsQuery(RouteEndpoint route, ParameterInfo input)
    {
        var type = Nullable.GetUnderlyingType(input.ParameterType) ?? input.ParameterType;
        return route.RoutePattern.GetParameter(input.Name!) is null && (type == typeof(string) || type == typeof(Guid) || type.IsPrimitive || type == typeof(decimal));
    }

    private JsonObject? Body(RouteEndpoint route, ParameterInfo[] inputs)
    {
        if (inputs.FirstOrDefault(i => i.ParameterType.IsGenericType && i.ParameterType.GetGenericTypeDefinition() == typeof(Patch<>)) is { } patch)
        {
            return Json(_schema.Form(patch.ParameterType.GetGenericArguments()[0], isPatch: true), "application/json");
        }

        var accepts = route.Metadata.GetMetadata<IAcceptsMetadata>();
        if (inputs.FirstOrDefault(i => IsBody(route, i)) is { } body) return Json(_schema.Form(body.ParameterType, isPatch: false), accepts?.ContentTypes is [var type, ..] ? type : "application/json");
        if (accepts is { ContentTypes: [var other, ..] }) return Json(new JsonObject(), other);
        // A handler that reads the request itself takes a file as it comes.
        return inputs.Any(i => i.ParameterType == typeof(HttpRequest)) && route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods[0] is ("POST" or "PUT") ? Json(new JsonObject(), "*/*") : null;

        static JsonObject Json(JsonNode schema, string contentType) =>
            new() { ["required"] = true, ["content"] = new JsonObject { [contentType] = new JsonObject { ["schema"] = schema } } };
    }

    // As the framework decides: a parameter that is no service, comes from nowhere else and binds itself to nothing is the body.
    private bool IsBody(RouteEndpoint route, ParameterInfo input)
    {
        var type = input.ParameterType;
        if (input.IsDefined(typeof(FromBodyAttribute))) return true;

        return !input.IsDefined(typeof(AsParametersAttribute)) && !IsQuery(route, input) && route.RoutePattern.GetParameter(input.Name!) is null
            && type.Namespace!.StartsWith("Outpost.FieldService", StringComparison.Ordinal) && !_services.IsService(type)
            && type.GetMethod("BindAsync", BindingFlags.Public | BindingFlags.Static) is null && type.GetMethod("TryParse", BindingFlags.Public | BindingFlags.Static) is null;
    }

    private JsonObject Responses(RouteEndpoint route, ParameterInfo[] inputs, bool isOpen, bool hasBody)
    {
        var responses = new JsonObject();
        foreach (var produced in route.Metadata.GetOrderedMetadata<IProducesResponseTypeMetadata>().GroupBy(p => p.StatusCode).OrderBy(g => g.Key))
        {
            var response = new JsonObject { ["description"] = produced.Key switch { 201 => "Made.", 204 => "Done; there is nothing to say.", _ => "Done." } };
            if (produced.First() is { Type: { } type } said && type != typeof(void) && said.ContentTypes.Any())
            {
                response["content"] = new JsonObject { [said.ContentTypes.First()] = new JsonObject { ["schema"] = _schema.Answer(type) } };
                if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(One<>) && typeof(IVersioned).IsAssignableFrom(type.GetGenericArguments()[0]))
                {
                    response["headers"] = new JsonObject { ["ETag"] = new JsonObject { ["description"] = "The version, for If-Match.", ["schema"] = new JsonObject { ["type"] = "string" } } };
                }
            }

            responses[produced.Key.ToString(System.Globalization.CultureInfo.InvariantCulture)] = response;
        }

        if (responses.Count == 0) responses["default"] = new JsonObject { ["description"] = "Done." };

        IEnumerable<int> refusals = [500];
        if (inputs.Length > 0 && (hasBody || route.RoutePattern.Parameters.Count > 0 || inputs.Any(i => i.IsDefined(typeof(AsParametersAttribute)) || IsQuery(route, i)))) refusals = refusals.Append(400);
        if (!isOpen) refusals = [.. refusals, 401, 403];
        if (route.RoutePattern.Parameters.Count > 0 || hasBody) refusals = refusals.Append(404);
        if (!HttpMethods.IsGet(route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods[0])) refusals = [.. refusals, 409, 422];
        if (route.Metadata.GetMetadata<VersionedAttribute>() is not null) refusals = refusals.Append(412);
        if (hasBody) refusals = [.. refusals, 413, 415];
        if (inputs.Any(i => i.ParameterType == typeof(LoginLimiter))) refusals = [.. refusals, 401, 429];
        foreach (var status in refusals.Distinct().Order()) responses[$"{status}"] = new JsonObject { ["$ref"] = $"#/components/responses/Error{status}" };
        return responses;
    }

    private static JsonObject Refusal(int status, IEnumerable<string> codes) => new()
    {
        ["description"] = string.Join(", ", codes),
        ["content"] = new JsonObject { ["application/json"] = new JsonObject { ["schema"] = new JsonObject { ["$ref"] = "#/components/schemas/Error" } } },
    };

    private static JsonObject Error(IReadOnlyDictionary<int, SortedSet<string>> codes) => new()
    {
        ["type"] = "object",
        ["required"] = new JsonArray("error"),
        ["properties"] = new JsonObject
        {
            ["error"] = new JsonObject
            {
                ["type"] = "object",
                ["required"] = new JsonArray("code", "message", "traceId"),
                ["properties"] = new JsonObject
                {
                    ["code"] = new JsonObject { ["type"] = "string", ["enum"] = new JsonArray([.. codes.SelectMany(c => c.Value).Order(StringComparer.Ordinal).Select(c => (JsonNode)c)]) },
                    ["message"] = new JsonObject { ["type"] = "string" },
                    ["details"] = new JsonObject
                    {
                        ["type"] = "object",
                        ["required"] = new JsonArray("issues"),
                        ["properties"] = new JsonObject
                        {
                            ["issues"] = new JsonObject
                            {
                                ["type"] = "array",
                                ["items"] = new JsonObject
                                {
                                    ["type"] = "object",
                                    ["required"] = new JsonArray("path", "message"),
                                    ["properties"] = new JsonObject { ["path"] = new JsonObject { ["type"] = "string" }, ["message"] = new JsonObject { ["type"] = "string" } },
                                },
                            },
                        },
                    },
                    ["traceId"] = new JsonObject { ["type"] = "string" },
                },
            },
        },
    };

    /// <summary>Every code that is thrown anywhere in the service, by the status it is answered with.</summary>
    private static SortedDictionary<int, SortedSet<string>> Codes()
    {
        var shape = new ErrorEnvelope();
        string[] edge = ["VALIDATION_ERROR", "UNAUTHORIZED", "FORBIDDEN", "NOT_FOUND", "METHOD_NOT_ALLOWED", "CONFLICT", "PAYLOAD_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE", "PRECONDITION_FAILED", "RATE_LIMITED", "INTERNAL_ERROR", "SERVICE_UNAVAILABLE"];
        var thrown = Directory.EnumerateFiles(Path.Combine(StateDrawing.Root(), "src", "FieldService"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal))
            .SelectMany(file => Thrown().Matches(File.ReadAllText(file))).Select(match => match.Groups[1].Value);
        var codes = new SortedDictionary<int, SortedSet<string>>();
        foreach (var code in thrown.Concat(edge))
        {
            if (!codes.TryGetValue(shape.StatusOf(code), out var known)) codes[shape.StatusOf(code)] = known = new(StringComparer.Ordinal);
            known.Add(code);
        }

        return codes;
    }

    private static string OperationId(string method, string path)
    {
        var id = new StringBuilder(method.ToLowerInvariant());
        foreach (Match word in Word().Matches(path.Replace("/api/v1", "", StringComparison.Ordinal))) id.Append(char.ToUpperInvariant(word.Value[0])).Append(word.Value.AsSpan(1));
        return id.ToString();
    }

    [GeneratedRegex(@"(?:new|new RuleException|new LimitException)\(\s*""([A-Z]+(?:_[A-Z]+)*)"",\s*\$?""")]
    private static partial Regex Thrown();

    [GeneratedRegex("[A-Za-z0-9]+")]
    private static partial Regex Word();

    [GeneratedRegex(@"\{\**(\w+)[^}]*\}")]
    private static partial Regex Constraint();
}
