using System.Text.Json.Serialization;

namespace Outpost.Assistant.Providers.Practice;

/// <summary>What the practice provider does with one call. Left as it is, it answers like a provider on a good day.</summary>
internal sealed record Script
{
    /// <summary>What it says, a word at a time; null for a sentence that tells what it is.</summary>
    public string? Text { get; init; }

    /// <summary>What it thinks aloud before.</summary>
    public string? Thinking { get; init; }

    /// <summary>Tools that it calls after the text, all at once.</summary>
    public IReadOnlyList<ScriptedToolCall> Tools { get; init; } = [];

    // Usage that it reports and bills: parts of the input that came from a cache or went into one, and thoughts that nobody sees.
    public long CacheRead { get; init; }

    public long CacheWrite5m { get; init; }

    public long CacheWrite1h { get; init; }

    public long Reasoning { get; init; }

    public UsageReport Report { get; init; }

    /// <summary>An error instead of an answer.</summary>
    public int? Status { get; init; }

    /// <summary>The error is one of money: no waiting cures it.</summary>
    public bool Money { get; init; }

    public int? RetryAfterSeconds { get; init; }

    /// <summary>What the error's sentence repeats: providers quote the request.</summary>
    public string? Echo { get; init; }

    /// <summary>After how many pieces of the answer something happens; null for never.</summary>
    public int? After { get; init; }

    public Mishap Mishap { get; init; }

    /// <summary>Before the first byte of the answer.</summary>
    public int HeaderDelayMs { get; init; }

    /// <summary>Nor does it come before this is done, for who has something to do meanwhile.</summary>
    [JsonIgnore]
    public Task? Until { get; init; }

    /// <summary>Before each piece.</summary>
    public int TokenDelayMs { get; init; }

    /// <summary>It goes on and on, whatever was asked.</summary>
    public bool Endless { get; init; }

    /// <summary>The stream is flushed every so many bytes, wherever that is; 0 for whole events.</summary>
    public int ChunkBytes { get; init; }

    public bool CarriageReturns { get; init; }

    /// <summary>Comments between the events, and data on more than one line.</summary>
    public bool Chatty { get; init; }
}

/// <param name="Arguments">JSON; it is sent in fragments.</param>
internal sealed record ScriptedToolCall(string Name, string Arguments);

[JsonConverter(typeof(JsonStringEnumConverter<UsageReport>))]
internal enum UsageReport
{
    AsUsual,

    /// <summary>Never said.</summary>
    Absent,

    /// <summary>Said twice, the second time right.</summary>
    Twice,

    /// <summary>Beside the last words rather than after them, as some compatible servers do.</summary>
    BesideWords,

    /// <summary>More was read from the cache than was sent.</summary>
    Impossible,

    /// <summary>All zero.</summary>
    Zero,
}

[JsonConverter(typeof(JsonStringEnumConverter<Mishap>))]
internal enum Mishap
{
    None,

    /// <summary>The HTTP answer ends properly, the API's does not.</summary>
    End,

    /// <summary>The connection is closed in the middle (FIN).</summary>
    Close,

    /// <summary>The connection is reset (RST).</summary>
    Reset,

    /// <summary>Nothing more comes, and the connection stays open.</summary>
    Silence,

    /// <summary>An error event of the API: overloaded.</summary>
    Error,

    /// <summary>An event that is no JSON.</summary>
    BrokenJson,

    /// <summary>A line that never ends.</summary>
    HugeLine,

    /// <summary>A web page, with status 200.</summary>
    WebPage,
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, PropertyNameCaseInsensitive = true)]
[JsonSerializable(typeof(IReadOnlyList<Script>))]
[JsonSerializable(typeof(IReadOnlyList<PracticeCallAnswer>))]
[JsonSerializable(typeof(PracticeBillAnswer))]
internal sealed partial class PracticeJson : JsonSerializerContext;
