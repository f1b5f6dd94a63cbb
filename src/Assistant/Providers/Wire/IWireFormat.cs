using System.Net.Http.Headers;
using System.Text.Json;
using Outpost.Assistant.Catalogue;

namespace Outpost.Assistant.Providers.Wire;

/// <summary>One of the four APIs: how a request is written down in it, and how its answers are read. Knows nothing of connections.</summary>
internal interface IWireFormat
{
    /// <summary>The path below the provider's root.</summary>
    string Path(Model model, bool stream);

    void Authorize(HttpRequestHeaders headers, string? key);

    void Write(Utf8JsonWriter json, Model model, ModelRequest request);

    /// <summary>Reads one answer.</summary>
    IAnswerReader NewReader(Model model, ModelRequest request);

    /// <summary>What an answer with an error status says.</summary>
    /// <param name="body">As much of it as was read; need not be JSON.</param>
    WireError ReadError(int status, HttpResponseHeaders headers, ReadOnlySpan<byte> body);
}

/// <summary>Reads one answer of one provider, whole or event by event. What it cannot read is a <see cref="JsonException"/>.</summary>
internal interface IAnswerReader
{
    /// <summary>Everything has been said: nothing needs to be read any more.</summary>
    bool Ended { get; }

    /// <summary>Takes one server-sent event and adds what it means.</summary>
    void Event(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data, List<AnswerEvent> to);

    /// <summary>Takes a whole answer.</summary>
    void Whole(ReadOnlySpan<byte> json, List<AnswerEvent> to);

    /// <summary>The stream is at its end. Whether that is the end of the answer too is for the API to know; if it is not, <see cref="Ended"/> stays false.</summary>
    void EndOfStream(List<AnswerEvent> to);
}

/// <summary>An error in the words of this house. Nothing in it was written by the provider but codes.</summary>
internal sealed record WireError(Fault Fault, string? Code = null, TimeSpan? RetryAfter = null);

/// <summary>Thrown by a reader when the answer turns into an error after it had begun.</summary>
internal sealed class WireErrorException(WireError error) : Exception("The answer turned into an error.")
{
    public WireError Error { get; } = error;
}
