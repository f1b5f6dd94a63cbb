using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Outpost.Platform.Telemetry;

/// <summary>Turns one log call into one line of JSON. Kept per thread and used again, so that a line costs hardly an allocation.</summary>
[SuppressMessage("Design", "CA1001", Justification = "The writer holds nothing but the buffer beside it, and both live as long as their thread.")]
internal sealed class LogLine
{
    private const int LongestText = 8 * 1024;
    private const int LongestStack = 16 * 1024;
    private const int MostNames = 2_000;
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };
    private static readonly ConcurrentDictionary<string, JsonEncodedText> Names = new(StringComparer.Ordinal);

    private readonly ArrayBufferWriter<byte> _bytes = new(1024);
    private readonly Utf8JsonWriter _json;

    public LogLine() => _json = new(_bytes, Options);

    public ReadOnlySpan<byte> Write<TState>(
        LogNames names, string service, DateTimeOffset at, LogLevel level, TState state, string message, Exception? exception)
    {
        _bytes.ResetWrittenCount();
        _json.Reset(_bytes);
        Span<byte> time = stackalloc byte[IsoTime.Length];
        IsoTime.Write(time, at);

        _json.WriteStartObject();
        _json.WriteString("level"u8, Word(level));
        _json.WriteString(names.Time, time);
        _json.WriteString("service"u8, service);
        foreach (var (name, value) in names.Constants) _json.WriteString(name, value);
        _json.WriteString(names.Message, Shortened(message, LongestText));
        if (state is IReadOnlyList<KeyValuePair<string, object?>> fields) WriteFields(fields, names);
        if (TraceContext.Current is { } trace) _json.WriteString("traceId"u8, trace);
        if (exception is not null) WriteException(exception);
        _json.WriteEndObject();
        _json.Flush();
        _bytes.Write("\n"u8);
        return _bytes.WrittenSpan;
    }

    public static string Word(LogLevel level) => level switch
    {
        <= LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        _ => "error",
    };

    private void WriteFields(IReadOnlyList<KeyValuePair<string, object?>> fields, LogNames names)
    {
        for (var i = 0; i < fields.Count; i++)
        {
            var (name, value) = fields[i];
            if (name == "{OriginalFormat}") continue;

            _json.WritePropertyName(Name(name, names));
            WriteValue(value);
        }
    }

    private void WriteValue(object? value)
    {
        switch (value)
        {
            case null: _json.WriteNullValue(); break;
            case string text: _json.WriteStringValue(Shortened(text, LongestText)); break;
            case bool flag: _json.WriteBooleanValue(flag); break;
            case int number: _json.WriteNumberValue(number); break;
            case long number: _json.WriteNumberValue(number); break;
            case uint or ulong or short or ushort or byte or sbyte or decimal: _json.WriteNumberValue(Convert.ToDecimal(value, CultureInfo.InvariantCulture)); break;
            case double number when double.IsFinite(number): _json.WriteNumberValue(number); break;
            case float number when float.IsFinite(number): _json.WriteNumberValue(number); break;
            case Guid id: _json.WriteStringValue(id); break;
            case DateTimeOffset at: _json.WriteStringValue(IsoTime.Text(at)); break;
            case IFormattable other: _json.WriteStringValue(Shortened(other.ToString(null, CultureInfo.InvariantCulture), LongestText)); break;
            default: _json.WriteStringValue(Shortened(value.ToString() ?? "", LongestText)); break;
        }
    }

    private void WriteException(Exception exception)
    {
        _json.WriteStartObject("err"u8);
        _json.WriteString("message"u8, Shortened(exception.Message, LongestText));
        _json.WriteString("name"u8, exception.GetType().Name);
        _json.WriteString("stack"u8, Shortened(exception.ToString(), LongestStack));
        _json.WriteEndObject();
    }

    private static ReadOnlySpan<char> Shortened(string text, int longest) => text.Length <= longest ? text : text.AsSpan(0, longest);

    // The names are the placeholders of message templates, so there are few; the bound is for templates made up at run time.
    private static JsonEncodedText Name(string template, LogNames names)
    {
        if (Names.TryGetValue(template, out var known)) return known;

        var bare = template.TrimStart('@', '$');
        var name = bare.Length == 0 ? "value" : char.ToLowerInvariant(bare[0]) + bare[1..];
        if (name is "level" or "service" or "traceId" or "err" || name == names.Time || name == names.Message) name += "_";
        var encoded = JsonEncodedText.Encode(name, JavaScriptEncoder.UnsafeRelaxedJsonEscaping);
        if (Names.Count < MostNames) Names.TryAdd(template, encoded);
        return encoded;
    }
}
