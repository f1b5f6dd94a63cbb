using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Outpost.Assistant.Web;

/// <summary>
/// Server-sent events, each on its way as soon as it is sent. Text may hold line breaks: every line stands behind a <c>data:</c> of its own, as the format wants it.
/// </summary>
internal sealed class EventStream : IAsyncDisposable
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly HttpResponse _response;
    private readonly ArrayBufferWriter<byte> _bytes = new(512);
    private readonly Utf8JsonWriter _json;

    public EventStream(HttpResponse response) => (_response, _json) = (response, new(_bytes, Options));

    /// <summary>Writes the data of the next event.</summary>
    public Utf8JsonWriter Json => _json;

    /// <summary>Something was sent, so that an error can only be told as an event.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Says what kind of answer this is; the first call counts.</summary>
    public void Begin()
    {
        if (HasBegun) return;

        HasBegun = true;
        _response.ContentType = "text/event-stream; charset=utf-8";
        _response.Headers.CacheControl = "no-cache";
        // A proxy in front must not gather what is meant to come piece by piece.
        _response.Headers["X-Accel-Buffering"] = "no";
    }

    /// <summary>Sends what was written to <see cref="Json"/>.</summary>
    public async ValueTask SendAsync(CancellationToken ct, string? name = null)
    {
        Begin();
        _json.Flush();
        var body = _response.BodyWriter;
        if (name is not null) Name(body, name);
        body.Write("data: "u8);
        body.Write(_bytes.WrittenSpan);
        body.Write("\n\n"u8);
        _bytes.ResetWrittenCount();
        _json.Reset(_bytes);
        await body.FlushAsync(ct);
    }

    public async ValueTask SendTextAsync(string text, CancellationToken ct, string? name = null)
    {
        Begin();
        var body = _response.BodyWriter;
        if (name is not null) Name(body, name);
        // A carriage return would end the line as well; in the text it stands for nothing more than a line feed does.
        foreach (var line in text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n').Split('\n'))
        {
            body.Write("data: "u8);
            Encoding.UTF8.GetBytes(line, body);
            body.Write("\n"u8);
        }

        body.Write("\n"u8);
        await body.FlushAsync(ct);
    }

    public ValueTask DisposeAsync() => _json.DisposeAsync();

    private static void Name(IBufferWriter<byte> body, string name)
    {
        body.Write("event: "u8);
        Encoding.UTF8.GetBytes(name, body);
        body.Write("\n"u8);
    }
}
