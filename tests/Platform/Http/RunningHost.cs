using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;
using Outpost.Platform.Configuration;
using Outpost.Platform.Http;

namespace Outpost.Platform.Tests.Http;

/// <summary>A service host on a free port, with whatever routes a test needs, whose log can be read.</summary>
internal sealed class RunningHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly MemoryLog _log;

    private RunningHost(WebApplication app, MemoryLog log)
    {
        (_app, _log) = (app, log);
        Address = app.Address();
        Client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ActivityHeadersPropagator = null }) { BaseAddress = Address };
    }

    public static ServiceProfile Web { get; } = new("web", "FSM", 3000, new ExampleErrors());

    public Uri Address { get; }

    public HttpClient Client { get; }

    public IHost Host => _app;

    public static async Task<RunningHost> StartAsync(
        Action<WebApplication> routes, Action<WebApplicationBuilder>? services = null, ServiceProfile? profile = null, params (string Key, string Value)[] settings)
    {
        var log = new MemoryLog();
        var all = new Settings(new Dictionary<string, string> { ["FSM_PORT"] = "0", ["LOG_LEVEL"] = "debug" }).With(settings);
        var builder = ServiceHost.Create(profile ?? Web, all, log);
        services?.Invoke(builder);
        var app = builder.Build();
        app.UseServiceHost();
        routes(app);
        await app.StartAsync(Stop);
        return new(app, log);
    }

    /// <summary>Every line of the log, after the host has ended.</summary>
    public async Task<List<JsonObject>> LogAsync()
    {
        await _app.StopAsync(Stop);
        await _app.DisposeAsync();
        return _log.Lines();
    }

    /// <summary>Sends bytes as they are and reads until the server closes; for requests no client library would send.</summary>
    public async Task<string> RawAsync(string request, bool halfClose = false)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(Address.Host, Address.Port, Stop);
        await socket.SendAsync(Encoding.Latin1.GetBytes(request), Stop);
        if (halfClose) socket.Shutdown(SocketShutdown.Send);
        var answer = new List<byte>();
        var buffer = new byte[4096];
        try
        {
            while (await socket.ReceiveAsync(buffer, Stop) is > 0 and var read) answer.AddRange(buffer.AsSpan(0, read));
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset)
        {
            // A server that closes with some of the request unread resets the connection, behind whatever it has answered.
        }

        return Encoding.UTF8.GetString([.. answer]);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;
}

/// <summary>A log that can be read afterwards.</summary>
internal sealed class MemoryLog : MemoryStream
{
    public List<JsonObject> Lines() => [.. Encoding.UTF8.GetString(ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!.AsObject())];
}

internal static class Answers
{
    public static async Task<JsonObject> JsonAsync(this HttpResponseMessage answer) =>
        JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!.AsObject();

    public static async Task<JsonObject> ErrorAsync(this HttpResponseMessage answer) => (await answer.JsonAsync())["error"]!.AsObject();

    public static string Header(this HttpResponseMessage answer, string name) => Assert.Single(answer.Headers.GetValues(name));

    public static string Text(this JsonNode node, string name) => (string)node[name]!;
}
