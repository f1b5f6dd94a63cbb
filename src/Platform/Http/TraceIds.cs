using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Outpost.Platform.Http;

/// <summary>The trace id of a request: from <c>traceparent</c>, else from a UUID in <c>x-trace-id</c> or <c>x-request-id</c>, else new.</summary>
public static class TraceIds
{
    public const string Header = "x-trace-id";
    internal const string RequestHeader = "x-request-id";
    private const string ParentHeader = "traceparent";
    private const int LongestRequestId = 128;

    /// <summary>Belongs to this request, its log lines, its spans and its audit rows.</summary>
    public static Guid TraceId(this HttpContext http)
    {
        if (Guid.TryParseExact(http.TraceIdentifier, "D", out var trace)) return trace;

        // Only where no service host stands in front: a trace made up here must stay the same for the rest of the request.
        trace = Guid.NewGuid();
        http.TraceIdentifier = trace.ToString();
        return trace;
    }

    internal static bool TryRead(IHeaderDictionary headers, out Guid trace) => TryRead(headers, Value, out trace);

    internal static bool TryRead<T>(T carrier, Func<T, string, string?> value, out Guid trace)
    {
        if (value(carrier, ParentHeader) is { } parent && ActivityContext.TryParse(parent, null, out var context))
        {
            trace = Telemetry.TraceContext.Id(context.TraceId);
            return true;
        }

        return TryParse(value(carrier, Header), out trace) || TryParse(value(carrier, RequestHeader), out trace);
    }

    /// <summary>What the caller sent as request id when it is no UUID; kept for the log, where it may be searched for.</summary>
    internal static bool TryReadForeign(IHeaderDictionary headers, [NotNullWhen(true)] out string? id)
    {
        id = Value(headers, RequestHeader);
        return id is { Length: > 0 and <= LongestRequestId } && !TryParse(id, out _) && !id.AsSpan().ContainsAnyExceptInRange(' ', '~');
    }

    private static bool TryParse(string? text, out Guid trace)
    {
        trace = default;
        return text is { Length: 32 or 36 } && (Guid.TryParseExact(text, "D", out trace) || Guid.TryParseExact(text, "N", out trace)) && trace != Guid.Empty;
    }

    private static string? Value(IHeaderDictionary headers, string name) => headers.TryGetValue(name, out var values) && values.Count == 1 ? values[0] : null;
}

/// <summary>
/// Makes a span's trace the request's trace: a caller who only knows <c>x-trace-id</c> is given a parent in that trace. Everything else is W3C's.
/// </summary>
internal sealed class TracePropagation : DistributedContextPropagator
{
    private static readonly DistributedContextPropagator W3C = CreateDefaultPropagator();

    public override IReadOnlyCollection<string> Fields => W3C.Fields;

    public override void Inject(Activity? activity, object? carrier, PropagatorSetterCallback? setter) => W3C.Inject(activity, carrier, setter);

    public override void ExtractTraceIdAndState(object? carrier, PropagatorGetterCallback? getter, out string? traceId, out string? traceState)
    {
        W3C.ExtractTraceIdAndState(carrier, getter, out traceId, out traceState);
        if (getter is null || (traceId is not null && ActivityContext.TryParse(traceId, null, out _))) return;

        traceState = null;
        traceId = TraceIds.TryRead((carrier, getter), static (from, name) => Value(from.carrier, from.getter, name), out var trace)
            ? $"00-{trace:N}-{ActivitySpanId.CreateRandom().ToHexString()}-01"
            : null;
    }

    public override IEnumerable<KeyValuePair<string, string?>>? ExtractBaggage(object? carrier, PropagatorGetterCallback? getter) => null;

    private static string? Value(object? carrier, PropagatorGetterCallback getter, string name)
    {
        getter(carrier, name, out var value, out var values);
        return value ?? (values is StringValues { Count: 1 } or string[] { Length: 1 } ? values.First() : null);
    }
}
