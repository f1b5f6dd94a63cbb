using System.Security.Cryptography;
using System.Text;
using Outpost.Platform.Processes;

namespace Outpost.Operator.Runtimes;

/// <summary>
/// The passwords that this installation made for itself. A value once written is never changed here; what is missing is added, and the file is
/// replaced in one step.
/// </summary>
public sealed class SecretsFile
{
    private readonly string _path;
    private readonly string _text;
    private readonly Dictionary<string, string> _values;
    private readonly List<string> _added = [];

    private SecretsFile(string path, string text)
    {
        (_path, _text) = (path, text);
        _values = text.Split('\n')
            .Select(line => line.Split('=', 2))
            .Where(f => f.Length == 2 && !f[0].StartsWith('#'))
            .ToDictionary(f => f[0].Trim(), f => f[1].Trim(), StringComparer.Ordinal);
    }

    /// <exception cref="TroubleException">It is there and cannot be read.</exception>
    public static SecretsFile Open(string path)
    {
        try
        {
            if (!File.Exists(path)) return new(path, "# The passwords that outpost made for itself. Back this file up with the database; show it to nobody.\n");

            if (File.GetUnixFileMode(path) != AtomicFile.Private) File.SetUnixFileMode(path, AtomicFile.Private);
            return new(path, File.ReadAllText(path));
        }
        catch (UnauthorizedAccessException e)
        {
            throw Storage.Trouble(path, e);
        }
    }

    /// <summary>A password that may stand in a URL as it is.</summary>
    public string Password(string key) => Get(key, () => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24)));

    /// <summary>A signing key of 48 random bytes, in base64.</summary>
    public string Key(string key) => Get(key, () => Convert.ToBase64String(RandomNumberGenerator.GetBytes(48)));

    /// <summary>Keeps what was made since it was opened.</summary>
    /// <exception cref="TroubleException">It cannot be written.</exception>
    public void Save()
    {
        if (_added.Count == 0) return;

        var text = new StringBuilder(_text);
        if (_text is not [.., '\n']) text.Append('\n');
        foreach (var key in _added) text.Append(key).Append('=').Append(_values[key]).Append('\n');
        AtomicFile.Write(_path, text.ToString());
    }

    private string Get(string key, Func<string> make)
    {
        if (_values.TryGetValue(key, out var value) && value.Length > 0) return value;

        _added.Add(key);
        return _values[key] = make();
    }
}
