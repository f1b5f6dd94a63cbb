using System.Collections;
using System.Text;

namespace Outpost.Platform.Configuration;

/// <summary>
/// What the operator set: the environment, and below it the <c>.env</c> file, which never overrides the environment.
/// An empty value counts as not set.
/// </summary>
public sealed class Settings
{
    private readonly Dictionary<string, string> _values;
    private readonly IReadOnlyDictionary<string, string> _sources;

    public Settings(IReadOnlyDictionary<string, string> values)
        : this(new Dictionary<string, string>(values, StringComparer.Ordinal), new Dictionary<string, string>(), [])
    {
    }

    private Settings(Dictionary<string, string> values, IReadOnlyDictionary<string, string> sources, IReadOnlyList<SettingsProblem> warnings) =>
        (_values, _sources, Warnings) = (values, sources, warnings);

    /// <summary>What was noticed while loading and does not prevent the use, such as a <c>.env</c> that others may read.</summary>
    public IReadOnlyList<SettingsProblem> Warnings { get; }

    public IEnumerable<string> Keys => _values.Keys;

    /// <summary>Whether <c>ENVIRONMENT</c> or <c>ENV</c> says that this is a production: weak secrets are then refused instead of tolerated.</summary>
    public bool Production => IsProduction(this["ENVIRONMENT"]) || IsProduction(this["ENV"]);

    public string? this[string key] => _values.TryGetValue(key, out var value) && value.Length > 0 ? value : null;

    public static Settings FromEnvironment() => new(Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
        .ToDictionary(e => (string)e.Key, e => (string?)e.Value ?? "", StringComparer.Ordinal));

    /// <summary>The environment, and below it the <c>.env</c> file of a directory; <c>OUTPOST_ENV_FILE</c> names another file.</summary>
    /// <param name="directory">Where to look for <c>.env</c>; the current directory when null. It need not be there.</param>
    /// <exception cref="SettingsException">The file cannot be read or has errors, or others may read it in production.</exception>
    public static Settings Load(string? directory = null) => FromEnvironment().Over(directory);

    /// <summary>These settings with a <c>.env</c> file laid under them, see <see cref="Load"/>.</summary>
    /// <exception cref="SettingsException">As there.</exception>
    public Settings Over(string? directory)
    {
        var named = this["OUTPOST_ENV_FILE"];
        var path = Path.GetFullPath(named ?? ".env", Path.GetFullPath(directory ?? "."));
        if (named is null && !File.Exists(path)) return this;

        var name = named ?? ".env";
        var file = EnvFile.Parse(name, ReadText(name, path));
        var values = file.Entries.ToDictionary(e => e.Key, e => e.Value, StringComparer.Ordinal);
        var sources = file.Entries.ToDictionary(e => e.Key, e => $"{name}:{e.Line}", StringComparer.Ordinal);
        foreach (var (key, value) in _values)
        {
            values[key] = value;
            sources.Remove(key);
        }

        var merged = new Settings(values, sources, []);
        var exposed = Exposed(name, path);
        SettingsProblem[] problems = merged.Production ? [.. file.Problems, .. exposed] : [.. file.Problems];
        return problems.Length > 0 ? throw new SettingsException(problems) : new(values, sources, exposed);
    }

    /// <summary>These settings with others laid over them.</summary>
    public Settings With(params (string Key, string Value)[] over)
    {
        var merged = new Dictionary<string, string>(_values, StringComparer.Ordinal);
        foreach (var (key, value) in over) merged[key] = value;
        return new(merged, _sources.Where(s => over.All(o => o.Key != s.Key)).ToDictionary(), Warnings);
    }

    /// <summary>Where a value comes from: <c>.env:12</c> or <c>environment</c>; null when the key is not set.</summary>
    public string? SourceOf(string key) => !_values.ContainsKey(key) ? null : _sources.TryGetValue(key, out var source) ? source : "environment";

    /// <summary>Whether the key stands there, if with no value behind it.</summary>
    public bool IsBlank(string key) => _values.TryGetValue(key, out var value) && string.IsNullOrWhiteSpace(value);

    /// <exception cref="SettingsException">The key is not set.</exception>
    public string Required(string key, string fix) => this[key] ?? throw new SettingsException(new SettingsProblem(key, "is not set", fix));

    /// <exception cref="SettingsException">The value is no port number.</exception>
    public int Port(string key, int otherwise) => this[key] switch
    {
        null => otherwise,
        var text when int.TryParse(text, out var port) && port is >= 0 and <= 65535 => port,
        // The value is not repeated: it may be a secret on the wrong line.
        _ => throw new SettingsException(new SettingsProblem(key, "is no port number", $"set {key} to a number from 1 to 65535")),
    };

    private static bool IsProduction(string? word) => word?.ToLowerInvariant() is "production" or "prod";

    private static string ReadText(string name, string path)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(File.ReadAllBytes(path));
        }
        catch (DecoderFallbackException)
        {
            throw new SettingsException(new SettingsProblem(name, "is not UTF-8 text", $"convert it: iconv -f latin1 -t utf-8 {name} > {name}.utf8, then put it in its place"));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new SettingsException(new SettingsProblem("OUTPOST_ENV_FILE", $"names {name}, which does not exist", "correct the path, or unset OUTPOST_ENV_FILE"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException(new SettingsProblem(name, "cannot be read by this user", $"make it yours: chown $(id -un) {name} && chmod 600 {name}"));
        }
    }

    private static SettingsProblem[] Exposed(string name, string path)
    {
        const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        var mode = File.GetUnixFileMode(path);
        return (mode & Others) == 0
            ? []
            : [new(name, $"has mode {Convert.ToString((int)mode, 8)}, so other users of this machine can get at the secrets in it", $"chmod 600 {name}")];
    }
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
