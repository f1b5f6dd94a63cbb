using System.Collections;

namespace Outpost.Platform.Configuration;

/// <summary>
/// What the operator set: the environment, and below it the <c>.env</c> file, which never overrides the environment.
/// An empty value counts as not set.
/// </summary>
public sealed class Settings(IReadOnlyDictionary<string, string> values)
{
    public string? this[string key] => values.TryGetValue(key, out var value) && value.Length > 0 ? value : null;

    public IEnumerable<string> Keys => values.Keys;

    public static Settings FromEnvironment() => new(
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(e => (string)e.Key, e => (string?)e.Value ?? "", StringComparer.Ordinal));

    /// <summary>These settings with others laid over them.</summary>
    public Settings With(params (string Key, string Value)[] over)
    {
        var merged = new Dictionary<string, string>(values, StringComparer.Ordinal);
        foreach (var (key, value) in over) merged[key] = value;
        return new(merged);
    }

    /// <exception cref="SettingsException">The key is not set.</exception>
    public string Required(string key, string fix) => this[key] ?? throw new SettingsException(new SettingsProblem(key, "is not set", fix));

    /// <exception cref="SettingsException">The value is no port number.</exception>
    public int Port(string key, int otherwise) => this[key] switch
    {
        null => otherwise,
        var text when int.TryParse(text, out var port) && port is >= 0 and <= 65535 => port,
        var text => throw new SettingsException(new SettingsProblem(key, $"is '{text}', which is no port", $"set {key} to a number from 1 to 65535")),
    };
}

/// <summary>One thing wrong with the configuration: the key, the cause, and the fix. Never holds a secret value.</summary>
public sealed record SettingsProblem(string Key, string Cause, string Fix)
{
    public override string ToString() => $"{Key} {Cause}. Fix: {Fix}.";
}

/// <summary>The configuration cannot be used; the process ends with exit code 2 and these problems.</summary>
public sealed class SettingsException(params SettingsProblem[] problems) : Exception(string.Join(Environment.NewLine, problems.AsEnumerable()))
{
    public IReadOnlyList<SettingsProblem> Problems { get; } = problems;
}
