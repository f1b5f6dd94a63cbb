using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Outpost.Assistant.Catalogue;

namespace Outpost.Assistant.Providers.Practice;

/// <summary>
/// Stands in for all providers on a port of this machine, in their own wire formats: to try Outpost without a key, and to test it. It answers no question; it
/// counts its tokens by a simple rule (three bytes make one), and it can misbehave on request in every way that providers were seen to.
/// </summary>
internal sealed class PracticeProvider : IAsyncDisposable
{
    public const string Sentence = "This is the practice provider of Outpost speaking: no model was asked, and nothing is charged. Set a provider's key in .env, and models answer here.";

    // Enough to look at; what all calls would be billed is summed up beside.
    private const int MostKept = 20_000;

    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Script> _scripts = new();
    private readonly ConcurrentQueue<PracticeCall> _calls = new();
    private readonly Dictionary<string, Usage> _bill = new(StringComparer.Ordinal);
    private readonly Lock _billing = new();
    private long _over;
    private long _refused;

    private PracticeProvider(WebApplication app, TimeProvider clock) => (_app, Clock) = (app, clock);

    internal TimeProvider Clock { get; }

    public Uri Address { get; private set; } = null!;

    /// <summary>The newest calls, oldest first.</summary>
    public IReadOnlyList<PracticeCall> Calls => [.. _calls];

    /// <summary>The keys that came along with the newest calls.</summary>
    public IReadOnlyList<string> KeysSeen => [.. _calls.Select(call => call.Key).OfType<string>()];

    /// <summary>Decides about calls for which no script is waiting; null for good days only.</summary>
    public Func<PracticeCall, Script>? Choose { get; set; }

    /// <summary>For every call without a script of its own.</summary>
    public Script Usually { get; set; } = new();

    /// <param name="port">0 lets the system choose.</param>
    public static async Task<PracticeProvider> StartAsync(TimeProvider clock, int port = 0, CancellationToken ct = default)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 256 * 1024 * 1024;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http1);
        });
        // A flush comes back when the system has the bytes: whoever breaks the connection afterwards knows what was sent.
        builder.Services.Configure<SocketTransportOptions>(sockets => sockets.MaxWriteBufferSize = 1);
        var app = builder.Build();
        var practice = new PracticeProvider(app, clock);
        app.Run(practice.HandleAsync);
        await app.StartAsync(ct);
        practice.Address = new(app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First());
        return practice;
    }

    /// <summary>These are for the next calls, one each.</summary>
    public void Next(params IEnumerable<Script> scripts)
    {
        foreach (var script in scripts) _scripts.Enqueue(script);
    }

    /// <summary>Forgets scripts, calls and bill.</summary>
    public void Forget()
    {
        _scripts.Clear();
        _calls.Clear();
        lock (_billing)
        {
            _bill.Clear();
            _over = _refused = 0;
        }
    }

    public PracticeBillAnswer Bill()
    {
        lock (_billing) return new(_over, _refused, new Dictionary<string, Usage>(_bill));
    }

    public Task WaitForShutdownAsync(CancellationToken ct) => _app.WaitForShutdownAsync(ct);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    internal Script ScriptFor(PracticeCall call)
    {
        _calls.Enqueue(call);
        if (_calls.Count > MostKept) _calls.TryDequeue(out _);
        return _scripts.TryDequeue(out var script) ? script : Choose?.Invoke(call) ?? Usually;
    }

    internal void Ended(PracticeCall call, Usage billed, bool refused)
    {
        lock (_billing)
        {
            _bill[call.Model] = _bill.GetValueOrDefault(call.Model) + billed;
            _over++;
            if (refused) _refused++;
        }

        call.End(billed, refused);
    }

    private async Task HandleAsync(HttpContext http)
    {
        var path = http.Request.Path.Value ?? "";
        switch (http.Request.Method, path)
        {
            case ("POST", "/anthropic/v1/messages"):
                await PracticeAnswer.GiveAsync(this, http, new AnthropicVoice(), model: null);
                break;
            case ("POST", "/openai/v1/chat/completions"):
                await PracticeAnswer.GiveAsync(this, http, new OpenAiChatVoice(), model: null);
                break;
            case ("POST", "/openai/v1/responses"):
                await PracticeAnswer.GiveAsync(this, http, new OpenAiResponsesVoice(), model: null);
                break;
            case ("POST", "/openai/v1/embeddings"):
                await PracticeEmbeddings.OpenAiAsync(this, http);
                break;
            case ("POST", _) when path.StartsWith("/gemini/v1beta/models/", StringComparison.Ordinal) && path.LastIndexOf(':') is var colon && colon > 0:
                var model = path["/gemini/v1beta/models/".Length..colon];
                var verb = path[(colon + 1)..];
                if (verb == "batchEmbedContents") await PracticeEmbeddings.GeminiAsync(this, http, model);
                else if (verb is "generateContent" or "streamGenerateContent") await PracticeAnswer.GiveAsync(this, http, new GeminiVoice(verb == "streamGenerateContent"), model);
                else http.Response.StatusCode = StatusCodes.Status404NotFound;
                break;
            case ("POST", "/practice/scripts"):
                Next((await JsonSerializer.DeserializeAsync(http.Request.Body, PracticeJson.Default.IReadOnlyListScript, http.RequestAborted) ?? []).Select(Whole));
                http.Response.StatusCode = StatusCodes.Status204NoContent;
                break;
            case ("GET", "/practice/calls"):
                await WriteAsync(http, JsonSerializer.SerializeToUtf8Bytes(
                    [.. Calls.Where(call => call.Over.IsCompleted).Select(call => new PracticeCallAnswer(call.Api, call.Model, call.RequestId, call.Stream, call.Refused, call.ClosedAt, call.Billed))],
                    PracticeJson.Default.IReadOnlyListPracticeCallAnswer));
                break;
            case ("GET", "/practice/bill"):
                await WriteAsync(http, JsonSerializer.SerializeToUtf8Bytes(Bill(), PracticeJson.Default.PracticeBillAnswer));
                break;
            case ("DELETE", "/practice/calls"):
                Forget();
                http.Response.StatusCode = StatusCodes.Status204NoContent;
                break;
            case ("GET", "/health"):
                await WriteAsync(http, """{"status":"ok","service":"practice-provider"}"""u8.ToArray());
                break;
            default:
                http.Response.StatusCode = StatusCodes.Status404NotFound;
                break;
        }
    }

    // What a script of another process leaves out comes as null, whatever its default is.
    private static Script Whole(Script script) => script.Tools is null ? script with { Tools = [] } : script;

    private static async Task WriteAsync(HttpContext http, byte[] json)
    {
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = json.Length;
        await http.Response.Body.WriteAsync(json, http.RequestAborted);
    }
}
