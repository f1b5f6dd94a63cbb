using System.Reflection;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Outpost.Testing;

namespace Outpost.Aicq.Tests.Web;

/// <summary>docs/api/aicq/openapi.yaml against the routes themselves.</summary>
public sealed class TheDescriptionOfTheApi(PostgresServer postgres, RedisServer redis)
{
    private static readonly string[] Unlimited = ["/", "/api", "/docs", "/docs/openapi.yaml", "/static/{name}", "/health", "/metrics", "/stats"];

    [Fact]
    public async Task It_names_every_route_and_no_other()
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis);
        var routes = from endpoint in hub.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
                     from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods
                     select $"{method} {endpoint.RoutePattern.RawText!.Replace("**", "", StringComparison.Ordinal)}";

        Assert.Equal(routes.Order(StringComparer.Ordinal), Operations().Select(o => $"{o.Method} {o.Path}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task It_says_which_are_signed_and_which_are_limited()
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis);
        foreach (var (method, path, text) in Operations().Where(o => o.Method is not "HEAD" && !o.Path.EndsWith("/live", StringComparison.Ordinal)))
        {
            var request = new HttpRequestMessage(new(method), path.Replace("{id}", HubUnderTest.Global, StringComparison.Ordinal).Replace("{msgId}", "x", StringComparison.Ordinal).Replace("{name}", "favicon.svg", StringComparison.Ordinal));
            var answer = await hub.Client().SendAsync(request, HubUnderTest.Stop);
            var isSigned = (int)answer.StatusCode == 401;

            Assert.True(isSigned == text.Contains("security: [ { signature: [] } ]", StringComparison.Ordinal), $"{method} {path} is {(isSigned ? "" : "not ")}signed");
            Assert.True((answer.Header("X-RateLimit-Limit") is not null) == text.Contains("'429'", StringComparison.Ordinal), $"{method} {path}: limits");
            Assert.Equal(Unlimited.Contains(path), !text.Contains("'429'", StringComparison.Ordinal));
            Assert.True(text.Contains($"'{(int)answer.StatusCode}'", StringComparison.Ordinal), $"{method} {path} answers {(int)answer.StatusCode}, which it does not name");
        }
    }

    // The file is ours and evenly indented: paths by two, methods by four.
    internal static List<(string Method, string Path, string Text)> Operations()
    {
        using var reader = new StreamReader(typeof(AicqApp).Assembly.GetManifestResourceStream("openapi.yaml")!);
        var (found, path, inPaths) = (new List<(string, string, string)>(), "", false);
        foreach (var line in reader.ReadToEnd().Split('\n'))
        {
            if (line is [not ' ', ..]) inPaths = line == "paths:";
            else if (!inPaths) continue;
            else if (line.StartsWith("  /", StringComparison.Ordinal)) path = line.Trim().TrimEnd(':');
            else if (line is [' ', ' ', ' ', ' ', not ' ', ..]) found.Add((line.Trim().TrimEnd(':').ToUpperInvariant(), path, ""));
            else if (found.Count > 0) found[^1] = (found[^1].Item1, found[^1].Item2, $"{found[^1].Item3}{line}\n");
        }

        return found;
    }
}
