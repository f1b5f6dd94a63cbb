using System.Text;
using System.Text.Encodings.Web;
using Outpost.Platform.Configuration;

namespace Outpost.Platform.Telemetry;

/// <summary>The values that must never be seen in a log. Nothing is meant to write them; this is the last line of defence.</summary>
internal sealed class Secrets(IEnumerable<string> values)
{
    // Shorter values would hit ordinary words.
    private const int Shortest = 8;
    private static readonly string[] Endings = ["SECRET", "PASSWORD", "TOKEN", "KEY", "PASSPHRASE"];
    private readonly byte[][] _values = [.. values.Where(v => v.Length >= Shortest).SelectMany(Spellings).Distinct().Select(Encoding.UTF8.GetBytes).OrderByDescending(v => v.Length)];

    /// <summary>Values of keys that are named for a secret, and passwords inside of URLs.</summary>
    public static Secrets Of(Settings settings) => new(settings.Keys.Select(key => (Key: key, Value: settings[key])).Where(s => s.Value is not null).SelectMany(s =>
        Endings.Any(ending => s.Key.EndsWith(ending, StringComparison.Ordinal)) ? [s.Value!] : UrlPassword(s.Value!)));

    /// <returns>The line itself when it holds no secret, which is nearly always.</returns>
    public ReadOnlySpan<byte> Redact(ReadOnlySpan<byte> line)
    {
        foreach (var secret in _values)
        {
            for (var at = line.IndexOf(secret); at >= 0; at = line.IndexOf(secret))
                line = (byte[])[.. line[..at], .. "***"u8, .. line[(at + secret.Length)..]];
        }

        return line;
    }

    private static IEnumerable<string> UrlPassword(string value) =>
        value.Contains("://", StringComparison.Ordinal) && Uri.TryCreate(value, UriKind.Absolute, out var url) && url.UserInfo.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon
            ? [url.UserInfo[(colon + 1)..], Uri.UnescapeDataString(url.UserInfo[(colon + 1)..])]
            : [];

    private static IEnumerable<string> Spellings(string value) => [value, JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(value)];
}
