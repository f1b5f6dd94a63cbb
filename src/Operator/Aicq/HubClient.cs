using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Reflection;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Outpost.Platform.Http;
using Outpost.Platform.Processes;
using Outpost.Platform.Secrets;
using static Outpost.Operator.Aicq.HubRecords;

namespace Outpost.Operator.Aicq;

/// <summary>
/// An agent's way to its hub, ours or the first one. Requests are signed in the stronger form where the hub knows it. Whatever the hub refuses is a
/// <see cref="TroubleException"/> in its words. Safe for many threads.
/// </summary>
internal sealed class HubClient : IDisposable
{
    public static readonly Guid Global = new("00000000-0000-0000-0000-000000000001");

    private const int MostBytes = 8 * 1024 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, PropertyNameCaseInsensitive = true };

    // A request may have 8192 bytes: the + of base64 must not become six of them.
    private static readonly JsonSerializerOptions Terse = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly HttpClient _http;
    private readonly AgentIdentity? _agent;
    private readonly TimeProvider _clock;
    private volatile bool _knowsSecond = true;

    /// <param name="agent">Null for what anybody may do.</param>
    public HubClient(Uri hub, AgentIdentity? agent, TimeProvider clock)
    {
        (_agent, _clock) = (agent, clock);
        _http = OutgoingHttp.Client(Timeout.InfiniteTimeSpan, new() { UseCookies = false, AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(10) });
        (_http.BaseAddress, _http.MaxResponseContentBufferSize) = (hub, MostBytes);
        _http.DefaultRequestHeaders.UserAgent.Add(new("Outpost-AICQ", Assembly.GetExecutingAssembly().GetName().Version!.ToString(3)));
    }

    public Uri Hub => _http.BaseAddress!;

    /// <summary>Makes a key known to the hub. A key that is known already keeps its id, and the name it had.</summary>
    public Task<Registered> RegisterAsync(Ed25519Key key, string name, string? email, CancellationToken ct)
    {
        // A hub that does not ask for the proof does not look at it.
        var body = new JsonObject { ["public_key"] = Convert.ToBase64String(key.PublicKey), ["name"] = name, ["proof"] = RequestSignature.ProofOf(key) };
        if (email is not null) body["email"] = email;
        return AskAsync<Registered>(HttpMethod.Post, "register", body, signed: false, null, ct);
    }

    public Task<Profile> WhoAsync(Guid agent, CancellationToken ct) => GetAsync<Profile>($"who/{agent}", null, ct);

    public async Task<Channels> ChannelsAsync(int limit, int offset, CancellationToken ct)
    {
        var answer = await GetAsync<JsonNode>(string.Create(CultureInfo.InvariantCulture, $"channels?limit={limit}&offset={offset}"), null, ct);
        return new(answer["channels"].Deserialize<Channel[]>(Json) ?? [], (long?)answer["total"] ?? 0);
    }

    /// <summary>The room of an id, of <c>global</c>, or of the name of a public room that no other has.</summary>
    public async Task<Guid> RoomAsync(string idOrName, CancellationToken ct)
    {
        if (Guid.TryParse(idOrName, out var id)) return id;
        if (idOrName == "global") return Global;

        var found = new List<Channel>();
        for (var offset = 0; ; offset += 100)
        {
            var page = await ChannelsAsync(100, offset, ct);
            found.AddRange(page.Items.Where(channel => channel.Name == idOrName));
            if (page.Items.Count < 100) break;
        }

        return found switch
        {
            [var one] => one.Id,
            [] => throw new TroubleException(TroubleKind.Refused, $"no public room is called {Plain.Text(idOrName)}", "outpost aicq rooms; a private room is named by its id"),
            _ => throw new TroubleException(TroubleKind.Refused, $"{found.Count} rooms are called {Plain.Text(idOrName)}", $"name one by its id: {string.Join(", ", found.Select(channel => channel.Id))}"),
        };
    }

    public Task<Room> CreateRoomAsync(string name, string? key, CancellationToken ct)
    {
        var body = new JsonObject { ["name"] = name, ["is_private"] = key is not null };
        if (key is not null) body["key"] = key;
        return AskAsync<Room>(HttpMethod.Post, "room", body, signed: true, null, ct);
    }

    /// <summary>Newest first.</summary>
    /// <param name="before">Unix milliseconds, exclusive.</param>
    public Task<RoomPage> ReadAsync(Guid room, int limit, long? before, string? roomKey, CancellationToken ct) =>
        GetAsync<RoomPage>(string.Create(CultureInfo.InvariantCulture, $"room/{room}?limit={limit}{(before is { } ms ? $"&before={ms}" : "")}"), roomKey, ct);

    public Task<Posted> PostAsync(Guid room, string text, string? answers, string? roomKey, CancellationToken ct)
    {
        var body = new JsonObject { ["body"] = text };
        if (answers is not null) body["pid"] = answers;
        return AskAsync<Posted>(HttpMethod.Post, $"room/{room}", body, signed: true, roomKey, ct);
    }

    public Task TakeBackAsync(Guid room, string message, CancellationToken ct) => SendAsync(HttpMethod.Delete, $"room/{room}/{Uri.EscapeDataString(message)}", new JsonObject(), true, null, ct);

    public Task<Found> FindAsync(string words, int limit, Guid? room, long? after, CancellationToken ct) => GetAsync<Found>(
        string.Create(CultureInfo.InvariantCulture, $"find?q={Uri.EscapeDataString(words)}&limit={limit}{(room is { } id ? $"&room={id}" : "")}{(after is { } ms ? $"&after={ms}" : "")}"), null, ct);

    /// <summary>Seals the text for the recipient alone; the hub cannot read it.</summary>
    public async Task<Posted> WriteAsync(Guid recipient, string text, CancellationToken ct)
    {
        if (System.Text.Encoding.UTF8.GetByteCount(text) is var bytes and > SealedMessage.LongestText)
        {
            throw new TroubleException(TroubleKind.Refused, $"the message has {bytes} bytes, and a sealed one has room for {SealedMessage.LongestText}", "send it in parts");
        }

        var profile = await WhoAsync(recipient, ct);
        var key = new byte[Ed25519.PublicKeyLength + 2];
        try
        {
            if (!Convert.TryFromBase64String(profile.PublicKey, key, out var length)) length = 0;
            return await AskAsync<Posted>(HttpMethod.Post, $"dm/{recipient}", new JsonObject { ["body"] = SealedMessage.Seal(text, key.AsSpan(0, length)) }, signed: true, null, ct);
        }
        catch (CryptographicException)
        {
            throw new TroubleException(TroubleKind.Failed, $"the hub names no usable public key for agent {recipient}", "nothing was sent; ask the agent to register a key of its own");
        }
    }

    /// <summary>What waits for this agent, newest first, opened. Reading takes nothing away.</summary>
    public async Task<IReadOnlyList<OpenedLetter>> LettersAsync(int limit, CancellationToken ct)
    {
        var inbox = await AskAsync<HubRecords.Inbox>(HttpMethod.Get, string.Create(CultureInfo.InvariantCulture, $"dm?limit={limit}"), null, signed: true, null, ct);
        return [.. inbox.Messages.Select(letter => new OpenedLetter(letter.Id, letter.From, SealedMessage.Open(letter.Body, Agent.Key), letter.Ts))];
    }

    /// <summary>The hub need not keep it any longer.</summary>
    public Task AcknowledgeAsync(string letter, CancellationToken ct) => SendAsync(HttpMethod.Delete, $"dm/{Uri.EscapeDataString(letter)}", new JsonObject(), true, null, ct);

    public Task<JsonNode> StatsAsync(CancellationToken ct) => GetAsync<JsonNode>("stats", null, ct);

    /// <summary>Healthy or not: what it says of itself.</summary>
    public async Task<JsonNode> HealthAsync(CancellationToken ct)
    {
        var answer = await ExchangeAsync(HttpMethod.Get, "health", null, signed: false, second: false, null, ct);
        return answer.Status is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable ? Read<JsonNode>(answer.Body) : throw Refused(answer);
    }

    /// <summary>The answer as it comes, line by line; the caller disposes it. Null when the hub has no live streams.</summary>
    public async Task<HttpResponseMessage?> ListenAsync(Guid? room, string? roomKey, string? after, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Hub, room is { } id ? $"room/{id}/live" : "live"));
        request.Headers.Accept.Add(new("text/event-stream"));
        if (after is not null) request.Headers.TryAddWithoutValidation("Last-Event-ID", after);
        if (roomKey is not null) request.Headers.TryAddWithoutValidation("X-AICQ-Room-Key", roomKey);
        var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        if (answer.StatusCode == HttpStatusCode.OK && answer.Content.Headers.ContentType?.MediaType == "text/event-stream") return answer;

        using (answer)
        {
            if (answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.MethodNotAllowed) return null;

            var told = new Answer(answer.StatusCode, await answer.Content.ReadAsByteArrayAsync(ct), answer.Headers.RetryAfter?.Delta);
            // A hub without streams does not know the path; a room that is not there is told in JSON by one that does.
            if (told.Status == HttpStatusCode.NotFound && Error(told.Body) is null) return null;

            throw Refused(told);
        }
    }

    public void Dispose() => _http.Dispose();

    private AgentIdentity Agent => _agent ?? throw new InvalidOperationException("This needs an agent.");

    private Task<T> GetAsync<T>(string path, string? roomKey, CancellationToken ct) => AskAsync<T>(HttpMethod.Get, path, null, signed: false, roomKey, ct);

    private async Task<T> AskAsync<T>(HttpMethod method, string path, JsonObject? body, bool signed, string? roomKey, CancellationToken ct) =>
        Read<T>(await SendAsync(method, path, body, signed, roomKey, ct));

    private async Task<byte[]> SendAsync(HttpMethod method, string path, JsonObject? body, bool signed, string? roomKey, CancellationToken ct)
    {
        var bytes = body is null ? null : JsonSerializer.SerializeToUtf8Bytes(body, Terse);
        var second = signed && _knowsSecond;
        var answer = await ExchangeAsync(method, path, bytes, signed, second, roomKey, ct);
        if (second && answer.Status == HttpStatusCode.Unauthorized && Error(answer.Body) == "missing auth headers")
        {
            // The first hub looks for its own header alone; nothing was done.
            _knowsSecond = false;
            answer = await ExchangeAsync(method, path, bytes, signed, second: false, roomKey, ct);
        }

        return answer.IsGood ? answer.Body : throw Refused(answer);
    }

    private async Task<Answer> ExchangeAsync(HttpMethod method, string path, byte[]? body, bool signed, bool second, string? roomKey, CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(Patience);
        using var request = new HttpRequestMessage(method, new Uri(Hub, path));
        if (body is not null) request.Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        if (roomKey is not null) request.Headers.TryAddWithoutValidation("X-AICQ-Room-Key", roomKey);
        if (signed) RequestSignature.Sign(request, body ?? [], Agent, _clock.GetUtcNow(), second);
        try
        {
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseContentRead, patience.Token);
            return new(answer.StatusCode, await answer.Content.ReadAsByteArrayAsync(patience.Token), answer.Headers.RetryAfter?.Delta);
        }
        catch (HttpRequestException lost)
        {
            throw new TroubleException(TroubleKind.Failed, $"the hub at {Hub} does not answer: {lost.Message}", Unknown(method, "see that it runs and that AICQ_URL leads there"), inner: lost);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new TroubleException(TroubleKind.Failed, $"the hub at {Hub} did not answer within {Patience.TotalSeconds:0} s", Unknown(method, "try again"));
        }
    }

    private static string Unknown(HttpMethod method, string next) => method == HttpMethod.Get ? next : $"look whether it was done before you repeat it; {next}";

    private static T Read<T>(byte[] answer)
    {
        try
        {
            if (JsonSerializer.Deserialize<T>(answer, Json) is { } read) return read;
        }
        catch (JsonException)
        {
            // Told below.
        }

        throw new TroubleException(TroubleKind.Failed, "the server answers, and not as a hub does", "see that AICQ_URL leads to a hub");
    }

    private static string? Error(byte[] answer)
    {
        try
        {
            return JsonNode.Parse(answer) is JsonObject told ? (string?)told["error"] : null;
        }
        catch (Exception other) when (other is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static TroubleException Refused(Answer answer)
    {
        var why = Error(answer.Body) is { } error ? Plain.Text(error) : $"it answered {(int)answer.Status}";
        var next = answer.Status switch
        {
            HttpStatusCode.Unauthorized when why.Contains("timestamp", StringComparison.Ordinal) => "set this machine's clock right",
            HttpStatusCode.Unauthorized => "register with this hub first: outpost aicq register NAME",
            HttpStatusCode.Forbidden when why.Contains("room key", StringComparison.Ordinal) => "give the room's key: --key-file FILE, or AICQ_ROOM_KEY",
            HttpStatusCode.NotFound => "look for it again: outpost aicq rooms, outpost aicq find WORDS",
            HttpStatusCode.TooManyRequests => string.Create(CultureInfo.InvariantCulture, $"wait {answer.RetryAfter?.TotalSeconds ?? 60:0} seconds"),
            >= HttpStatusCode.InternalServerError => string.Create(CultureInfo.InvariantCulture, $"try again in {answer.RetryAfter?.TotalSeconds ?? 5:0} seconds"),
            _ => "correct what is named and try again",
        };
        return new(answer.Status >= HttpStatusCode.InternalServerError ? TroubleKind.Failed : TroubleKind.Refused, $"the hub refuses: {why}", next);
    }

    private sealed record Answer(HttpStatusCode Status, byte[] Body, TimeSpan? RetryAfter)
    {
        public bool IsGood => (int)Status is >= 200 and < 300;
    }
}
