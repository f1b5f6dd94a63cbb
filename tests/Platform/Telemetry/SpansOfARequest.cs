using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Outpost.Platform.Configuration;
using Outpost.Platform.Http;
using Outpost.Platform.Tests.Http;

namespace Outpost.Platform.Tests.Telemetry;

public sealed class SpansOfARequest
{
    private const string Trace = "7b8c1d2e-3f40-4a5b-8c6d-7e8f90a1b2c3";

    [Theory]
    [InlineData("http/protobuf", null, "outpost-web", "/v1/traces")]
    [InlineData("grpc", "local-assistant", "local-assistant", "/opentelemetry.proto.collector.trace.v1.TraceService/Export")]
    public async Task Reach_the_collector_with_the_services_name_and_the_requests_trace(string protocol, string? name, string expected, string path)
    {
        await using var collector = await Collector.StartAsync(protocol == "grpc" ? HttpProtocols.Http2 : HttpProtocols.Http1);
        (string, string)[] settings = [("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Address), ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol), .. name is null ? ((string, string)[])[] : [("OTEL_SERVICE_NAME", name)]];
        await using var host = await RunningHost.StartAsync(app =>
        {
            app.MapGet("/api/jobs/{id}", (int id) => id);
            app.MapGet("/api/health", () => "ok").Quiet();
        }, settings: settings);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/jobs/7") { Headers = { { "x-trace-id", Trace } } };

        using var answer = await host.Client.SendAsync(request, Stop);
        using var probe = await host.Client.GetAsync("/api/health", Stop);
        await host.LogAsync();

        Assert.Equal(Trace, answer.Header("x-trace-id"));
        var (to, payload) = Assert.Single(collector.Received);
        Assert.Equal(path, to);
        Assert.Contains(expected, Encoding.Latin1.GetString(payload), StringComparison.Ordinal);
        Assert.Contains("GET /api/jobs/{id}", Encoding.Latin1.GetString(payload), StringComparison.Ordinal);
        Assert.True(payload.AsSpan().IndexOf(Convert.FromHexString(Trace.Replace("-", "", StringComparison.Ordinal))) >= 0);
        Assert.DoesNotContain("/api/health", Encoding.Latin1.GetString(payload), StringComparison.Ordinal);
        Assert.True(payload.AsSpan().IndexOf(Guid.Parse(probe.Header("x-trace-id")).ToByteArray(bigEndian: true)) < 0);
    }

    [Fact]
    public async Task A_collector_that_is_gone_fails_no_request()
    {
        await using var host = await RunningHost.StartAsync(app => app.MapGet("/api/jobs", () => "jobs"), settings: ("OTEL_EXPORTER_OTLP_ENDPOINT", $"http://127.0.0.1:{FreePort()}"));

        for (var i = 0; i < 20; i++) Assert.Equal("jobs", await host.Client.GetStringAsync("/api/jobs", Stop));

        Assert.DoesNotContain(await host.LogAsync(), line => line.Text("level") == "error");
    }

    [Fact]
    public async Task Nothing_is_made_without_a_collector()
    {
        await using var host = await RunningHost.StartAsync(app => app.MapGet("/api/activity", () => System.Diagnostics.Activity.Current is null ? "none" : "one"));

        Assert.Equal("none", await host.Client.GetStringAsync("/api/activity", Stop));
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "localhost:4317")]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json")]
    public void A_wrong_setting_is_told_before_anything_listens(string key, string value)
    {
        var settings = new Settings(new Dictionary<string, string>()).With(("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318"), (key, value));

        Assert.Equal(key, Assert.Single(Assert.Throws<SettingsException>(() => ServiceHost.Create(RunningHost.Web, settings)).Problems).Key);
    }

    private static int FreePort()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        return ((System.Net.IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Takes OTLP on loopback, over HTTP/1.1 for protobuf and over HTTP/2 for gRPC, and keeps what came.</summary>
    private sealed class Collector(WebApplication app) : IAsyncDisposable
    {
        public List<(string Path, byte[] Payload)> Received { get; } = [];

        public string Address => app.Address().GetLeftPart(UriPartial.Authority);

        public static async Task<Collector> StartAsync(HttpProtocols protocol)
        {
            var builder = WebApplication.CreateEmptyBuilder(new());
            builder.WebHost.UseKestrelCore();
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = protocol));
            var app = builder.Build();
            var collector = new Collector(app);
            app.Run(async http =>
            {
                using var payload = new MemoryStream();
                await http.Request.Body.CopyToAsync(payload, http.RequestAborted);
                lock (collector.Received) collector.Received.Add((http.Request.Path.Value!, payload.ToArray()));
            });
            await app.StartAsync(Stop);
            return collector;
        }

        public ValueTask DisposeAsync() => app.DisposeAsync();
    }
}
