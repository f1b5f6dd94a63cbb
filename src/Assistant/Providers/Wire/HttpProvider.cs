using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using Outpost.Assistant.Catalogue;
using Outpost.Platform.Http;

namespace Outpost.Assistant.Providers.Wire;

/// <summary>
/// Asks one provider over HTTP. It asks once, follows no redirect and writes nothing down: neither key nor prompt nor answer leaves this class but on the wire
/// and in the events.
/// </summary>
internal sealed class HttpProvider : IProvider
{
    private const int LargestError = 64 * 1024;
    private const int LargestEvent = 16 * 1024 * 1024;
    internal const int LargestAnswer = 64 * 1024 * 1024;
    private const int LargestRest = 64 * 1024;
    private const int UsualAnswer = 8 * 1024;
    private const int UsualQuestion = 1024;
    private static readonly TimeSpan ErrorWithin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RestWithin = TimeSpan.FromMilliseconds(250);
    private static readonly JsonWriterOptions JsonOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };
    private static readonly MediaTypeHeaderValue JsonType = new("application/json");

    private readonly HttpMessageInvoker _http;
    private readonly IWireFormat _format;
    private readonly IEmbeddingFormat? _embeddings;
    private readonly WireFailures _failures;
    private readonly string _root;
    private readonly string? _key;
    private readonly WireTimeouts _timeouts;
    private readonly TimeProvider _clock;

    public HttpProvider(ProviderEntry entry, string? key, HttpMessageInvoker http, WireTimeouts timeouts, TimeProvider clock)
    {
        (Name, _key, _http, _timeouts, _clock) = (entry.Name, key, http, timeouts, clock);
        _failures = new(entry.Name);
        _root = entry.Address.AbsoluteUri.TrimEnd('/');
        _format = entry.Api switch
        {
            WireApi.Anthropic => new AnthropicMessages(clock),
            WireApi.OpenAi => new OpenAiChat(compatible: false, clock),
            WireApi.OpenAiCompatible => new OpenAiChat(compatible: true, clock),
            WireApi.OpenAiResponses => new OpenAiResponses(clock),
            WireApi.Gemini => new Gemini(clock),
        };
        _embeddings = entry.Api switch { WireApi.Anthropic => null, WireApi.Gemini => new GeminiEmbeddings(), _ => new OpenAiEmbeddings() };
    }

    public string Name { get; }

    /// <summary>The connections to all providers: kept and used again, and closed at once when an answer is not wanted any more.</summary>
    public static OutgoingHttp NewConnections(WireTimeouts timeouts) => new(new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = timeouts.Connect,
        // An answer that is given up is not read to its end, for every token of it costs.
        ResponseDrainTimeout = TimeSpan.Zero,
        MaxResponseDrainSize = 0,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        EnableMultipleHttp2Connections = true,
        // What we trace is our own affair.
        ActivityHeadersPropagator = null,
    });

    public async IAsyncEnumerable<AnswerEvent> AnswerAsync(Model model, ModelRequest request, Guid attempt, [EnumeratorCancellation] CancellationToken ct)
    {
        using var patience = new Patience(_clock, ct);
        using var message = Message(_format.Path(model, request.Stream), json => _format.Write(json, model, request), attempt);
        using var response = await SendAsync(message, request.Stream, patience, ct);
        if (response.StatusCode != HttpStatusCode.OK) throw await RefusalAsync(response, patience, ct);

        var answer = new AnswerInHand(_failures, _format.NewReader(model, request), response, patience, _timeouts.Idle, ct);
        if (IsEventStream(response))
        {
            using var events = new SseReader(await answer.OpenAsync(), LargestEvent);
            while (!answer.Reader.Ended)
            {
                if (!answer.TakeEvent(events) && !await answer.FillAsync(events)) answer.TakeEnd();
                foreach (var step in answer.Steps) yield return step;
                answer.Settle();
            }

            await DrainAsync(events, patience, ct);
        }
        else
        {
            await answer.TakeWholeAsync();
            foreach (var step in answer.Steps) yield return step;
            answer.Settle();
        }
    }

    public async Task<Embedded> EmbedAsync(Model model, IReadOnlyList<string> texts, int? dimensions, Guid attempt, CancellationToken ct)
    {
        if (_embeddings is not { } format) throw new ProviderException(Fault.NotAllowed, Name, $"{Name} makes no embeddings.");

        using var patience = new Patience(_clock, ct);
        using var message = Message(format.Path(model), json => format.Write(json, model, texts, dimensions), attempt);
        using var response = await SendAsync(message, stream: false, patience, ct);
        if (response.StatusCode != HttpStatusCode.OK) throw await RefusalAsync(response, patience, ct);

        try
        {
            var embedded = format.Read((await ReadAsync(response, LargestAnswer, throwWhenLarger: true, patience.Token)).Span);
            return embedded.Vectors.Count == texts.Count ? embedded : throw new JsonException("There is not a vector for each text.");
        }
        catch (Exception e) when (e is JsonException or InvalidDataException)
        {
            throw _failures.Unreadable(response);
        }
        catch (Exception e) when (_failures.Broken(e, patience, ct) is { } broken)
        {
            throw broken;
        }
    }

    // The connection can be used again only when nothing is left on it; an answer that is complete is not worth waiting for the rest.
    private static async ValueTask DrainAsync(SseReader events, Patience patience, CancellationToken ct)
    {
        patience.Allow(RestWithin);
        try
        {
            for (var read = 0; read < LargestRest; read++)
            {
                while (events.TryRead())
                {
                }

                if (!await events.FillAsync(patience.Token)) return;
            }
        }
        catch (Exception e) when (e is IOException or HttpRequestException or InvalidDataException || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            // The answer is complete; how the connection ends concerns nobody.
        }
    }

    private static bool IsEventStream(HttpResponseMessage response) => response.Content.Headers.ContentType?.MediaType is "text/event-stream";

    private HttpRequestMessage Message(string path, Action<Utf8JsonWriter> write, Guid attempt)
    {
        var body = new ArrayBufferWriter<byte>(UsualQuestion);
        using (var json = new Utf8JsonWriter(body, JsonOptions)) write(json);

        var message = new HttpRequestMessage(HttpMethod.Post, _root + path)
        {
            Content = new ReadOnlyMemoryContent(body.WrittenMemory) { Headers = { ContentType = JsonType } },
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
            Version = _root.StartsWith("https:", StringComparison.Ordinal) ? HttpVersion.Version20 : HttpVersion.Version11,
        };
        message.Headers.TryAddWithoutValidation("x-client-request-id", attempt.ToString());
        _format.Authorize(message.Headers, _key);
        return message;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage message, bool stream, Patience patience, CancellationToken ct)
    {
        if (stream) patience.Allow(_timeouts.FirstByte);
        try
        {
            return await _http.SendAsync(message, patience.Token);
        }
        catch (HttpRequestException e) when (e.HttpRequestError is HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError
            or HttpRequestError.ProxyTunnelError)
        {
            throw new ProviderException(Fault.Network, Name, $"{Name} cannot be reached.");
        }
        catch (OperationCanceledException e) when (e.InnerException is TimeoutException && !patience.Token.IsCancellationRequested)
        {
            throw new ProviderException(Fault.Network, Name, $"{Name} cannot be reached: no connection within {_timeouts.Connect.TotalSeconds:0.#} seconds.");
        }
        catch (Exception e) when (_failures.Broken(e, patience, ct) is { } broken)
        {
            throw broken;
        }
    }

    private async Task<ProviderException> RefusalAsync(HttpResponseMessage response, Patience patience, CancellationToken ct)
    {
        var status = (int)response.StatusCode;
        patience.Allow(ErrorWithin);
        var body = ReadOnlyMemory<byte>.Empty;
        try
        {
            body = await ReadAsync(response, LargestError, throwWhenLarger: false, patience.Token);
        }
        catch (Exception e) when (_failures.Broken(e, patience, ct) is not null)
        {
            // The status says enough.
        }

        var error = _format.ReadError(status, response.Headers, body.Span);
        return _failures.Refused(error, status, response);
    }

    internal static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpResponseMessage response, int largest, bool throwWhenLarger, CancellationToken ct)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(ct);
        // One more than there are, so that the end is seen without a larger one.
        var buffer = new byte[response.Content.Headers.ContentLength is { } said && said < UsualAnswer ? said + 1 : UsualAnswer];
        var length = 0;
        while (true)
        {
            if (length == buffer.Length)
            {
                if (length >= largest) return throwWhenLarger ? throw new InvalidDataException("The answer is too long.") : buffer.AsMemory();

                Array.Resize(ref buffer, Math.Min(largest, buffer.Length * 2));
            }

            var read = await stream.ReadAsync(buffer.AsMemory(length), ct);
            if (read == 0) return buffer.AsMemory(0, length);

            length += read;
        }
    }
}
