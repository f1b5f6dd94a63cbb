using Outpost.Platform.Configuration;

namespace Outpost.Platform.Secrets;

/// <summary>Takes the secrets of this installation out of a text before anyone reads it: output of a child process, a log excerpt, an error.</summary>
public sealed class Redaction
{
    public const string Mark = "••••";

    // A shorter one would be found in every other word.
    private const int Shortest = 4;

    private readonly string[] _secrets;

    public Redaction(IEnumerable<string> secrets) =>
        // The longest first: a secret may be a part of another, as a password is of its URL.
        _secrets = [.. secrets.Where(s => s.Length >= Shortest).SelectMany(s => new[] { s, Uri.EscapeDataString(s) }).Distinct().OrderByDescending(s => s.Length)];

    /// <summary>Every secret that these settings hold: whole values of secret keys, and the passwords inside URLs.</summary>
    public static Redaction Of(Settings settings) => new(settings.Keys.SelectMany(key => settings[key] is { } value ? SettingKeys.SecretsIn(key, value) : []));

    public string Apply(string text)
    {
        foreach (var secret in _secrets) text = text.Replace(secret, Mark, StringComparison.Ordinal);
        return text;
    }
}
