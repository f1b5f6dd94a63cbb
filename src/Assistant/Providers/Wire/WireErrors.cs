using System.Buffers;
using System.Globalization;
using System.Net.Http.Headers;

namespace Outpost.Assistant.Providers.Wire;

/// <summary>What all four APIs have in common when they refuse.</summary>
internal static class WireErrors
{
    private const int LongestCode = 64;
    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.");
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    /// <summary>What a status means where the body says nothing better.</summary>
    public static Fault Of(int status) => status switch
    {
        402 => Fault.OutOfMoney,
        401 or 403 or 404 => Fault.NotAllowed,
        408 or 504 => Fault.TimedOut,
        429 => Fault.RateLimited,
        503 or 529 => Fault.Overloaded,
        >= 400 and < 500 => Fault.Rejected,
        >= 500 => Fault.ServerError,
        _ => Fault.Malformed,
    };

    /// <summary>A word of the provider as it may be shown: only what looks like a code, for a sentence may repeat the prompt.</summary>
    public static string? Code(string? word) =>
        word is { Length: > 0 and <= LongestCode } && word.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.') ? word : null;

    /// <summary><c>retry-after-ms</c>, <c>retry-after</c> in seconds or as a date, or how long an empty bucket takes to fill.</summary>
    public static TimeSpan? RetryAfter(HttpResponseHeaders headers, DateTimeOffset now)
    {
        if (Header(headers, "retry-after-ms") is { } ms && double.TryParse(ms, NumberStyles.Float, CultureInfo.InvariantCulture, out var milliseconds))
            return Sane(TimeSpan.FromMilliseconds(Math.Clamp(milliseconds, 0, LongestWait.TotalMilliseconds)));
        if (headers.RetryAfter is { } after) return Sane(after.Delta ?? (after.Date is { } date ? date - now : TimeSpan.Zero));
        if (Header(headers, "retry-after") is { } text && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds))
            return Sane(TimeSpan.FromSeconds(Math.Clamp(seconds, 0, LongestWait.TotalSeconds)));

        TimeSpan? longest = null;
        foreach (var bucket in (string[])["requests", "tokens"])
        {
            if (Header(headers, $"x-ratelimit-remaining-{bucket}") == "0" && Duration(Header(headers, $"x-ratelimit-reset-{bucket}")) is { } reset && !(reset <= longest)) longest = reset;
        }

        return longest;
    }

    /// <summary>A length of time as OpenAI and Google write it: <c>12s</c>, <c>6m0s</c>, <c>1.5s</c>, <c>120ms</c>, <c>1h2m</c>.</summary>
    public static TimeSpan? Duration(string? text)
    {
        if (string.IsNullOrEmpty(text)) return null;

        var sum = TimeSpan.Zero;
        var rest = text.AsSpan();
        while (rest.Length > 0)
        {
            var digits = rest.IndexOfAnyExcept(NumberCharacters);
            if (digits < 1 || !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) || number > 1e9) return null;

            rest = rest[digits..];
            var (unit, seconds) = rest.StartsWith("ms") ? (2, 0.001) : rest[0] switch { 's' => (1, 1.0), 'm' => (1, 60.0), 'h' => (1, 3600.0), 'd' => (1, 86400.0), _ => (0, 0.0) };
            if (unit == 0) return null;

            sum += TimeSpan.FromSeconds(Math.Min(number * seconds, LongestWait.TotalSeconds));
            rest = rest[unit..];
        }

        return Sane(sum);
    }

    public static string? Header(HttpResponseHeaders headers, string name) => headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;

    private static TimeSpan Sane(TimeSpan wait) => wait < TimeSpan.Zero ? TimeSpan.Zero : wait > LongestWait ? LongestWait : wait;
}
