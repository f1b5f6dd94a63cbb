using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Outpost.Platform.Http;

namespace Outpost.Platform.Tests.Http;

public sealed class TraceIdOfARequest
{
    private const string Sent = "7b8c1d2e-3f40-4a5b-8c6d-7e8f90a1b2c3";

    [Theory]
    [InlineData("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "4bf92f35-77b3-4da6-a3ce-929d0e0e4736")]
    [InlineData("x-trace-id", Sent, Sent)]
    [InlineData("x-trace-id", "7B8C1D2E3F404A5B8C6D7E8F90A1B2C3", Sent)]
    [InlineData("x-request-id", Sent, Sent)]
    public async Task Is_the_one_the_caller_sent(string header, string value, string expected)
    {
        await using var host = await RunningHost.StartAsync(app => app.MapGet("/api/trace", (HttpContext http) => http.TraceId().ToString()));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/trace") { Headers = { { header, value } } };

        using var answer = await host.Client.SendAsync(request, Stop);

        Assert.Equal(expected, answer.Header("x-trace-id"));
        Assert.Equal(expected, await answer.Content.ReadAsStringAsync(Stop));
    }

    [Fact]
    public async Task Comes_from_traceparent_before_the_other_headers()
    {
        await using var host = await RunningHost.StartAsync(_ => { });
        using var request = new HttpRequestMessage(HttpMethod.Get, "/")
        {
            Headers = { { "x-request-id", Sent }, { "x-trace-id", "11111111-2222-4333-8444-555555555555" }, { "traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01" } },
        };

        using var answer = await host.Client.SendAsync(request, Stop);

        Assert.Equal("4bf92f35-77b3-4da6-a3ce-929d0e0e4736", answer.Header("x-trace-id"));
    }

    [Theory]
    [InlineData("x-trace-id", "not a uuid")]
    [InlineData("x-trace-id", "00000000-0000-0000-0000-000000000000")]
    [InlineData("traceparent", "00-00000000000000000000000000000000-00f067aa0ba902b7-01")]
    [InlineData("traceparent", "garbage")]
    [InlineData("x-request-id", "order-4711")]
    public async Task Is_new_when_what_was_sent_is_none(string header, string value)
    {
        await using var host = await RunningHost.StartAsync(_ => { });
        using var first = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { { header, value } } };
        using var second = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { { header, value } } };

        using var one = await host.Client.SendAsync(first, Stop);
        using var other = await host.Client.SendAsync(second, Stop);

        Assert.NotEqual(Guid.Empty, Guid.ParseExact(one.Header("x-trace-id"), "D"));
        Assert.NotEqual(one.Header("x-trace-id"), other.Header("x-trace-id"));
    }

    [Fact]
    public async Task Stands_in_errors_in_unknown_routes_and_in_every_line_the_request_logged()
    {
        await using var host = await RunningHost.StartAsync(app => app.MapGet("/api/broken", (ILogger<TraceIdOfARequest> log) =>
        {
            Looked(log);
            throw new InvalidOperationException("no such luck");
        }));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/broken") { Headers = { { "x-trace-id", Sent } } };

        using var broken = await host.Client.SendAsync(request, Stop);
        using var unknown = await host.Client.GetAsync("/api/nowhere", Stop);

        Assert.Equal(HttpStatusCode.InternalServerError, broken.StatusCode);
        Assert.Equal(Sent, broken.Header("x-trace-id"));
        Assert.Equal(Sent, (await broken.ErrorAsync()).Text("traceId"));
        Assert.Equal(unknown.Header("x-trace-id"), (await unknown.ErrorAsync()).Text("traceId"));
        var lines = await host.LogAsync();
        Assert.Equal(["looked", "request failed", "request completed"], lines.Where(l => (string?)l["traceId"] == Sent).Select(l => l.Text("msg")));
    }

    [Fact]
    public async Task A_request_id_that_is_no_uuid_is_found_in_the_log()
    {
        await using var host = await RunningHost.StartAsync(_ => { });
        using var request = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { { "x-request-id", "order-4711" } } };

        using var answer = await host.Client.SendAsync(request, Stop);

        var line = Assert.Single(await host.LogAsync(), l => l.Text("msg") == "request completed");
        Assert.Equal("order-4711", line.Text("requestId"));
        Assert.Equal(answer.Header("x-trace-id"), line.Text("traceId"));
    }

    private static readonly Action<ILogger, Exception?> LookedMessage = LoggerMessage.Define(LogLevel.Information, default, "looked");

    private static void Looked(ILogger log) => LookedMessage(log, null);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;
}
