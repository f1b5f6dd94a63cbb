using System.Collections;
using Outpost.Platform.Telemetry;

namespace Outpost.Platform.Http;

/// <summary>The fields of the one log line of a request: no query, no body, no address of a person.</summary>
internal readonly struct RequestLine(LogNames names, string method, string? path, string route, int status, TimeSpan took, string? requestId) : IReadOnlyList<KeyValuePair<string, object?>>
{
    public int Count => requestId is null ? 5 : 6;

    public KeyValuePair<string, object?> this[int index] => index switch
    {
        0 => new("method", method),
        1 => new("path", path),
        2 => new("route", route),
        3 => new("status", status),
        4 => new(names.Duration, Math.Round(took.TotalMilliseconds, 3)),
        5 when requestId is not null => new(names.RequestId, requestId),
        _ => throw new ArgumentOutOfRangeException(nameof(index)),
    };

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
    {
        for (var i = 0; i < Count; i++) yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
