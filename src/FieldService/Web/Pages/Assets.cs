using System.Collections.Frozen;
using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Net.Http.Headers;

namespace Outpost.FieldService.Web.Pages;

/// <summary>
/// The files of <c>wwwroot</c>, carried inside the assembly: they cannot be missing or of another build. Their address holds a hash of the content,
/// so a browser keeps them for good and still gets a new one after an update.
/// </summary>
internal static class Assets
{
    private const string Folder = "wwwroot/";
    private static readonly FrozenDictionary<string, Asset> All = typeof(Assets).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(Folder, StringComparison.Ordinal))
        .ToFrozenDictionary(name => name[Folder.Length..], Asset.Read);

    /// <summary>The address of a file for a page to link to.</summary>
    public static string Path(string name) => All[name].Path;

    public static void MapAssets(this IEndpointRouteBuilder app)
    {
        app.MapGet("/assets/{**name}", Send).WithMetadata(new PublicFile()).ExcludeFromDescription();
        // A service worker looks after what lies below its own address.
        app.MapGet("/sw.js", (HttpContext http) => Send("sw.js", http)).WithMetadata(new PublicFile()).ExcludeFromDescription();
        app.MapGet("/favicon.ico", (HttpContext http) => Send("logo.svg", http)).WithMetadata(new PublicFile()).ExcludeFromDescription();
    }

    private static Task Send(string? name, HttpContext http)
    {
        if (name is null || !All.TryGetValue(name, out var asset))
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        var headers = http.Response.Headers;
        headers.ETag = asset.Tag;
        headers.Vary = HeaderNames.AcceptEncoding;
        headers.CacheControl = http.Request.Query["v"] == asset.Version ? "public, max-age=31536000, immutable" : "no-cache";
        headers.XContentTypeOptions = "nosniff";
        if (http.Request.Headers.IfNoneMatch.Contains(asset.Tag))
        {
            http.Response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        var packed = http.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.OrdinalIgnoreCase);
        if (packed) headers.ContentEncoding = "gzip";
        var body = packed ? asset.Gzip : asset.Plain;
        http.Response.ContentType = asset.ContentType;
        http.Response.ContentLength = body.Length;
        return HttpMethods.IsHead(http.Request.Method) ? Task.CompletedTask : http.Response.Body.WriteAsync(body, http.RequestAborted).AsTask();
    }

    private sealed record Asset(string Path, string Version, string Tag, string ContentType, byte[] Plain, byte[] Gzip)
    {
        public static Asset Read(string resource)
        {
            using var stream = typeof(Assets).Assembly.GetManifestResourceStream(resource)!;
            var plain = new byte[stream.Length];
            stream.ReadExactly(plain);
            using var packed = new MemoryStream();
            using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize)) gzip.Write(plain);

            var version = Convert.ToHexStringLower(SHA256.HashData(plain).AsSpan(0, 8));
            var name = resource[Folder.Length..];
            return new($"/assets/{name}?v={version}", version, $"\"{version}\"", TypeOf(name), plain, packed.ToArray());
        }

        private static string TypeOf(string name) => System.IO.Path.GetExtension(name) switch
        {
            ".css" => "text/css; charset=utf-8",
            ".js" => "text/javascript; charset=utf-8",
            ".svg" => "image/svg+xml",
            ".webmanifest" => "application/manifest+json",
            var other => throw new InvalidOperationException($"wwwroot holds a {other} file, whose media type is not known. Fix: name it in {nameof(Assets)}."),
        };
    }
}

/// <summary>A file of the build: the same for everybody, so the gate does not ask who is there.</summary>
internal sealed class PublicFile : IAllowAnonymous;
