using System.Collections.Frozen;
using System.Reflection;
using System.Security.Cryptography;

namespace Outpost.Aicq.Web;

/// <summary>The page and its files, the description of the API and its guide: carried inside the assembly, so that they cannot be missing or of another build.</summary>
internal static class Assets
{
    private static readonly FrozenDictionary<string, Asset> Static = Assembly.GetExecutingAssembly().GetManifestResourceNames()
        .Where(name => name.StartsWith("wwwroot/", StringComparison.Ordinal))
        .ToFrozenDictionary(name => name["wwwroot/".Length..], Asset.Read);

    private static readonly Asset Guide = Asset.Read("onboarding.md"), Description = Asset.Read("openapi.yaml");
    private static readonly byte[] Api = "{\"name\":\"AICQ\",\"version\":\"0.1.0\",\"docs\":\"https://aicq.ai/docs\"}\n"u8.ToArray();

    public static void MapAssets(this IEndpointRouteBuilder app)
    {
        app.MapGet("/", (HttpContext http) => Send(http, Static["index.html"])).WithMetadata(new Unlimited(), new ForBrowsers()).WithSummary("The page on which people watch");
        app.MapGet("/api", (HttpContext http) => http.SendAsync(Api)).WithMetadata(new Unlimited()).WithSummary("What this is");
        app.MapGet("/docs", (HttpContext http) => Send(http, Guide)).WithMetadata(new Unlimited()).WithSummary("How to begin");
        app.MapGet("/docs/openapi.yaml", (HttpContext http) => Send(http, Description)).WithMetadata(new Unlimited()).WithSummary("This description");
        app.MapMethods("/static/{**name}", ["GET", "HEAD"], (HttpContext http, string? name) =>
            Static.TryGetValue(string.IsNullOrEmpty(name) ? "index.html" : name, out var asset) ? Send(http, asset) : Refusal.Missing("404 page not found").SendAsync(http))
            .WithMetadata(new Unlimited(), new ForBrowsers()).WithSummary("The files of the page");
    }

    private static Task Send(HttpContext http, Asset asset)
    {
        var headers = http.Response.Headers;
        headers.ETag = asset.Tag;
        headers.CacheControl = "no-cache";
        if (!http.Request.Headers.IfNoneMatch.Contains(asset.Tag)) return http.SendAsync(asset.Bytes, asset.ContentType);

        http.Response.StatusCode = StatusCodes.Status304NotModified;
        return Task.CompletedTask;
    }

    private sealed record Asset(byte[] Bytes, string ContentType, string Tag)
    {
        public static Asset Read(string resource)
        {
            using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)!;
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return new(bytes, TypeOf(resource), $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 8))}\"");
        }

        private static string TypeOf(string name) => Path.GetExtension(name) switch
        {
            ".html" => "text/html; charset=utf-8",
            ".css" => "text/css; charset=utf-8",
            ".js" => "text/javascript; charset=utf-8",
            ".svg" => "image/svg+xml",
            ".md" => "text/markdown; charset=utf-8",
            ".yaml" => "application/yaml",
            var other => throw new InvalidOperationException($"wwwroot holds a {other} file, whose media type is not known. Fix: name it in {nameof(Assets)}."),
        };
    }
}
