using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Outpost.Platform.Configuration;
using Outpost.Platform.Http;

namespace Outpost.Platform.Tests.Http;

public sealed class CallerBehindAProxy
{
    [Theory]
    [InlineData(null, "203.0.113.9", "http 127.0.0.1")]
    [InlineData("10.0.0.0/8", "203.0.113.9", "http 127.0.0.1")]
    [InlineData("127.0.0.1", "203.0.113.9", "https 203.0.113.9")]
    [InlineData("127.0.0.0/8,10.0.0.0/8", "6.6.6.6, 203.0.113.9, 10.1.2.3", "https 203.0.113.9")]
    [InlineData("127.9.9.9/8 10.1.1.1/8", "203.0.113.9,10.1.2.3,10.4.5.6", "https 203.0.113.9")]
    [InlineData("127.0.0.1", "203.0.113.9:4711", "https 203.0.113.9")]
    [InlineData("127.0.0.1", "[2001:db8::1]:4711", "https 2001:db8::1")]
    [InlineData("127.0.0.1", "6.6.6.6, unknown", "https 127.0.0.1")]
    [InlineData("127.0.0.0/8", "127.0.0.5", "https 127.0.0.5")]
    [InlineData("127.0.0.1", "::ffff:203.0.113.9", "https 203.0.113.9")]
    public async Task Is_the_rightmost_address_that_no_trusted_proxy_has(string? proxies, string forwarded, string seen)
    {
        await using var host = await StartAsync(proxies);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/who");
        request.Headers.TryAddWithoutValidation("X-Forwarded-For", forwarded);
        request.Headers.TryAddWithoutValidation("X-Forwarded-Proto", "https");

        using var answer = await host.Client.SendAsync(request, Stop);

        Assert.Equal(seen, await answer.Content.ReadAsStringAsync(Stop));
    }

    // As Fly.io sends it: whatever the caller wrote, the caller, and the application's own public address.
    [Theory]
    [InlineData("127.0.0.1", "6.6.6.6, 203.0.113.9, 66.241.124.230", "203.0.113.9", "203.0.113.9")]
    [InlineData("127.0.0.1", "203.0.113.9", "2001:db8::1", "2001:db8::1")]
    [InlineData("127.0.0.1", "203.0.113.9", "somebody", "203.0.113.9")]
    [InlineData("127.0.0.1", "203.0.113.9", null, "203.0.113.9")]
    [InlineData("127.0.0.1", "203.0.113.9", "6.6.6.6|7.7.7.7", "203.0.113.9")]
    [InlineData("10.0.0.0/8", "203.0.113.9", "203.0.113.9", "127.0.0.1")]
    public async Task Is_who_the_proxy_names_in_a_header_of_its_own(string proxies, string forwarded, string? named, string seen)
    {
        await using var host = await StartAsync(proxies, ("CLIENT_IP_HEADER", "Fly-Client-IP"));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/who");
        request.Headers.TryAddWithoutValidation("X-Forwarded-For", forwarded);
        if (named is not null) request.Headers.TryAddWithoutValidation("Fly-Client-IP", named.Split('|'));

        using var answer = await host.Client.SendAsync(request, Stop);

        Assert.Equal($"http {seen}", await answer.Content.ReadAsStringAsync(Stop));
    }

    [Theory]
    [InlineData("10.0.0.0/33")]
    [InlineData("proxy.example.com")]
    [InlineData("10.0.0.0/-1")]
    public void A_list_that_is_no_list_of_networks_is_told_before_anything_listens(string proxies)
    {
        var problem = Assert.Single(Assert.Throws<SettingsException>(() => ServiceHost.Create(RunningHost.Web, new(new Dictionary<string, string> { ["TRUSTED_PROXIES"] = proxies }))).Problems);

        Assert.Equal("TRUSTED_PROXIES", problem.Key);
        Assert.Contains(proxies, problem.Cause, StringComparison.Ordinal);
    }

    private static Task<RunningHost> StartAsync(string? proxies, params (string Key, string Value)[] more) => RunningHost.StartAsync(
        app => app.MapGet("/who", (HttpContext http) => $"{http.Request.Scheme} {http.Connection.RemoteIpAddress}"),
        settings: proxies is null ? [] : [("TRUSTED_PROXIES", proxies), .. more]);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;
}
