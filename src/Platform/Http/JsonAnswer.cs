using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Outpost.Platform.Http;

/// <summary>A small JSON body written by hand into a buffer that its thread uses again and again.</summary>
[SuppressMessage("Design", "CA1001", Justification = "The writer holds nothing but the buffer beside it, and both live as long as their thread.")]
internal sealed class JsonAnswer
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    [ThreadStatic]
    private static JsonAnswer? t_spare;

    private readonly ArrayBufferWriter<byte> _bytes = new(512);

    private JsonAnswer() => Writer = new(_bytes, Options);

    public Utf8JsonWriter Writer { get; }

    public static JsonAnswer Rent()
    {
        var answer = t_spare ?? new();
        t_spare = null;
        answer._bytes.ResetWrittenCount();
        answer.Writer.Reset(answer._bytes);
        return answer;
    }

    /// <summary>Sends what was written and gives the buffer back; the answer must not be touched afterwards.</summary>
    public async Task SendAsync(HttpContext http, string contentType)
    {
        Writer.Flush();
        http.Response.ContentType = contentType;
        http.Response.ContentLength = _bytes.WrittenCount;
        // Copies into the connection's own buffer, so that this one is free before anything waits for the network.
        if (!HttpMethods.IsHead(http.Request.Method)) http.Response.BodyWriter.Write(_bytes.WrittenSpan);
        t_spare = this;
        await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
    }
}
