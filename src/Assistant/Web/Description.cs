using System.Net;
using System.Reflection;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Outpost.Assistant.Web;

/// <summary>
/// The description of this API, as a file for programs and as a page for people. The page is written from the file once, and is plain HTML: it needs no script, and
/// nothing from elsewhere.
/// </summary>
internal static class Description
{
    private static readonly JsonSerializerOptions Shown = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly Lazy<byte[]> Page = new(() => Encoding.UTF8.GetBytes(Write()));

    public static void MapDescription(this IEndpointRouteBuilder app)
    {
        app.MapGet("/openapi.json", (HttpContext http) => File(http, "assistant.openapi.json", "application/json")).AllowAnonymous().CountsAs(CallKind.Health)
            .WithTags("Service").WithSummary("This API as OpenAPI 3.1");
        app.MapGet("/docs", ReadPage).AllowAnonymous().CountsAs(CallKind.Health).WithTags("Service").WithSummary("This API as a page to read");
        app.MapGet("/docs/style.css", (HttpContext http) => File(http, "assistant.docs.css", "text/css; charset=utf-8")).AllowAnonymous().CountsAs(CallKind.Health)
            .WithTags("Service").WithSummary("How that page looks");
    }

    private static IResult ReadPage(HttpContext http)
    {
        http.Response.Headers.CacheControl = "public, max-age=3600";
        return TypedResults.Bytes(Page.Value, "text/html; charset=utf-8");
    }

    private static IResult File(HttpContext http, string name, string type)
    {
        http.Response.Headers.CacheControl = "public, max-age=3600";
        return TypedResults.Stream(Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!, type);
    }

    private static string Write()
    {
        using var document = JsonDocument.Parse(Assembly.GetExecutingAssembly().GetManifestResourceStream("assistant.openapi.json")!);
        var api = document.RootElement;
        var info = api.GetProperty("info");
        var operations = api.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject(), (path, operation) => (Path: path.Name, Method: operation.Name.ToUpperInvariant(), About: operation.Value))
            .GroupBy(one => one.About.GetProperty("tags")[0].GetString()!).ToArray();

        var html = new StringBuilder();
        html.Append("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">");
        html.Append($"<title>{Text(info, "title")}</title><link rel=\"stylesheet\" href=\"/docs/style.css\"></head><body>");
        html.Append($"<h1>{Text(info, "title")} {Text(info, "version")}</h1><p>{Text(info, "description")}</p><nav>");
        foreach (var group in operations) html.Append($"<a href=\"#{Anchor(group.Key)}\">{Encoded(group.Key)}</a>");
        html.Append("<a href=\"/openapi.json\">OpenAPI 3.1</a></nav>");
        foreach (var group in operations)
        {
            html.Append($"<h2 id=\"{Anchor(group.Key)}\">{Encoded(group.Key)}</h2>");
            foreach (var (path, method, about) in group) Operation(html, path, method, about);
        }

        return html.Append("</body></html>").ToString();
    }

    private static void Operation(StringBuilder html, string path, string method, JsonElement about)
    {
        var who = about.TryGetProperty("x-ability", out var ability) ? $"needs the ability {ability.GetString()}" : "anybody may";
        html.Append($"<details id=\"{Text(about, "operationId")}\"><summary><b>{method}</b> <code>{Encoded(path)}</code> {Text(about, "summary")}</summary><p class=\"who\">{Encoded(who)}</p>");
        if (about.TryGetProperty("parameters", out var parameters)) Block(html, "Parameters", parameters);
        if (about.TryGetProperty("requestBody", out var body)) Block(html, "Body", body.GetProperty("content"));
        Block(html, "Answers", about.GetProperty("responses"));
        html.Append("</details>");
    }

    private static void Block(StringBuilder html, string title, JsonElement content) =>
        html.Append($"<h4>{title}</h4><pre>{Encoded(JsonSerializer.Serialize(content, Shown))}</pre>");

    private static string Text(JsonElement from, string name) => from.TryGetProperty(name, out var text) ? Encoded(text.GetString() ?? "") : "";

    private static string Encoded(string text) => WebUtility.HtmlEncode(text);

    private static string Anchor(string tag) => string.Concat(tag.ToLowerInvariant().Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '-'));
}
