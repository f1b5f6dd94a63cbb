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

    // Longest first: one secret may be the beginning of another.
    private readonly byte[][] _values =
        [.. values.Where(value => value.Length >= Shortest).SelectMany(Spellings).Distinct().Select(Encoding.UTF8.GetBytes).OrderByDescending(value => value.Length)];

    /// <summary>Values of keys that are named for a secret, and passwords inside of URLs.</summary>
    public static Secrets Of(Settings settings) => new(settings.Keys.SelectMany(key => settings[key] switch
    {
        null => [],
        var value when Endings.Any(ending => key.EndsWith(ending, StringComparison.Ordinal)) => [value],
        var value => UrlPassword(value),
    }));

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

    private static IEnumerable<string> UrlPassword(string value)
    {
        if (!value.Contains("://", StringComparison.Ordinal) || !Uri.TryCreate(value, UriKind.Absolute, out var url)) return [];

        return url.UserInfo.Split(':', 2) is [_, var password] ? [password, Uri.UnescapeDataString(password)] : [];
    }

    private static IEnumerable<string> Spellings(string value) => [value, JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(value)];
}
