using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Outpost.Platform.Http;

namespace Outpost.Platform.Tests.Http;

public sealed class HeadersOfEveryAnswer
{
    [Theory]
    [InlineData("/api/fine")]
    [InlineData("/api/nowhere")]
    [InlineData("/api/broken")]
    public async Task Tell_browsers_what_to_refuse(string path)
    {
        await using var host = await StartAsync();

        using var answer = await host.Client.GetAsync(path, Stop);

        Assert.Equal("DENY", answer.Header("X-Frame-Options"));
        Assert.Equal("nosniff", answer.Header("X-Content-Type-Options"));
        Assert.Equal("strict-origin-when-cross-origin", answer.Header("Referrer-Policy"));
        Assert.Equal("camera=(), microphone=(), geolocation=(), payment=()", answer.Header("Permissions-Policy"));
        Assert.Equal("same-origin", answer.Header("Cross-Origin-Opener-Policy"));
        var csp = answer.Header("Content-Security-Policy");
        foreach (var part in (string[])["default-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'", "object-src 'none'"]) Assert.Contains(part, csp, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", csp, StringComparison.Ordinal);
        Assert.True(answer.Headers.CacheControl!.NoStore);
        Assert.False(answer.Headers.Contains("Server"));
        Assert.False(answer.Headers.Contains("Strict-Transport-Security"));
    }

    [Fact]
    public async Task Leave_alone_what_an_endpoint_has_decided_itself()
    {
        await using var host = await StartAsync();

        using var answer = await host.Client.GetAsync("/api/own", Stop);

        Assert.Equal("max-age=60", answer.Header("Cache-Control"));
        Assert.Equal("default-src 'none'", answer.Header("Content-Security-Policy"));
    }

    [Fact]
    public async Task Ask_for_https_only_where_https_was_used()
    {
        await using var host = await StartAsync(("TRUSTED_PROXIES", "127.0.0.1"));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/fine") { Headers = { { "X-Forwarded-Proto", "https" } } };

        using var answer = await host.Client.SendAsync(request, Stop);

        Assert.Equal("max-age=31536000; includeSubDomains", answer.Header("Strict-Transport-Security"));
    }

    [Fact]
    public async Task Do_not_depend_on_variables_of_the_framework()
    {
        // Every other host in this process ignores them as well, which is the point.
        Environment.SetEnvironmentVariable("ASPNETCORE_URLS", "http://127.0.0.1:1");
        Environment.SetEnvironmentVariable("ASPNETCORE_ENVIRONMENT", "Development");
        Environment.SetEnvironmentVariable("DOTNET_ENVIRONMENT", "Development");
        Environment.SetEnvironmentVariable("Logging__LogLevel__Default", "Trace");

        await using var host = await RunningHost.StartAsync(app => app.MapGet("/env", (Surroundings env) => env.Name), builder => builder.Services.Add(new(typeof(Surroundings), new Surroundings(builder.Environment.EnvironmentName))));

        Assert.Equal("Production", await host.Client.GetStringAsync("/env", Stop));
        Assert.NotEqual(1, host.Address.Port);
    }

    internal sealed record Surroundings(string Name);

    private static Task<RunningHost> StartAsync(params (string, string)[] settings) => RunningHost.StartAsync(
        app =>
        {
            app.MapGet("/api/fine", () => "fine");
            app.MapGet("/api/broken", IResult () => throw new InvalidOperationException("broken"));
            app.MapGet("/api/own", (HttpResponse response) =>
            {
                response.Headers.CacheControl = "max-age=60";
                response.Headers.ContentSecurityPolicy = "default-src 'none'";
                return "own";
            });
        },
        settings: settings);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;
}
