using System.Globalization;
using Outpost.Platform.Configuration;
using YamlDotNet.RepresentationModel;

namespace Outpost.Assistant.Catalogue;

/// <summary>
/// A mapping of the file that knows its lines. What is asked of it and is not there, or is of another kind, is noted as a problem, and reading goes on: the
/// operator hears of all mistakes at once.
/// </summary>
internal sealed class YamlMap
{
    private readonly YamlMappingNode _node;
    private readonly string _file;
    private readonly List<SettingsProblem> _problems;
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    public YamlMap(YamlMappingNode node, string file, List<SettingsProblem> problems) => (_node, _file, _problems) = (node, file, problems);

    public IEnumerable<string> Keys => _node.Children.Keys.OfType<YamlScalarNode>().Select(key => key.Value ?? "");

    public bool Has(string key) => Node(key) is not null;

    public string? Text(string key, string? otherwise = null) => Node(key) switch
    {
        null => otherwise,
        YamlScalarNode { Value: { Length: > 0 } value } => value,
        var node => Wrong<string>(node, key, "is no text", "write one word or a quoted text"),
    };

    public string RequiredText(string key) => Text(key) ?? (Has(key) ? "" : Missing(key) ?? "");

    public bool Flag(string key, bool otherwise) => Node(key) switch
    {
        null => otherwise,
        YamlScalarNode { Value: "true" } => true,
        YamlScalarNode { Value: "false" } => false,
        var node => Wrong(node, key, "is neither true nor false", "write true or false", otherwise),
    };

    public int Number(string key, int least, int most, int? otherwise = null)
    {
        if (Node(key) is not { } node)
        {
            if (otherwise is null) Missing(key);
            return otherwise ?? least;
        }

        return node is YamlScalarNode { Value: { } text } && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : Wrong(node, key, "is not in its range", string.Create(CultureInfo.InvariantCulture, $"write a whole number from {least} to {most}"), least);
    }

    /// <summary>Dollars as decimals; at most nine decimals, so that nano-dollars hold them.</summary>
    public decimal? Dollars(string key)
    {
        if (Node(key) is not { } node) return null;
        if (node is not YamlScalarNode { Value: { } text } || !decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var dollars))
            return Wrong<decimal>(node, key, "is no amount", "write dollars as 3.00, without a currency sign");
        if (dollars < 0) return Wrong<decimal>(node, key, "is negative", "write what a million tokens cost, 0 where they are free");

        return dollars > 1_000_000 || decimal.Round(dollars, 9) != dollars ? Wrong<decimal>(node, key, "is no price", "write at most 1000000 dollars, with at most nine decimals") : dollars;
    }

    public DateOnly Day(string key) => Node(key) switch
    {
        null => Missing(key) is null ? default : default,
        YamlScalarNode { Value: { } text } when DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) => day,
        var node => Wrong<DateOnly>(node, key, "is no day", "write it as 2026-01-31"),
    };

    /// <summary>One of the words of an enumeration, written with dashes: <c>openai-compatible</c>.</summary>
    public T Word<T>(string key, IReadOnlyDictionary<string, T> words, T otherwise, bool required = false) where T : struct
    {
        if (Node(key) is not { } node)
        {
            if (required) Missing(key);
            return otherwise;
        }

        return node is YamlScalarNode { Value: { } text } && words.TryGetValue(text, out var word)
            ? word
            : Wrong(node, key, "is none of the words that it may be", $"write one of {string.Join(", ", words.Keys)}", otherwise);
    }

    public IReadOnlyList<string> Texts(string key) => Node(key) switch
    {
        null => [],
        YamlSequenceNode list when list.All(item => item is YamlScalarNode { Value.Length: > 0 }) => [.. list.Cast<YamlScalarNode>().Select(item => item.Value!)],
        var node => Wrong<IReadOnlyList<string>>(node, key, "is no list of words", "write it as [one, two]", []),
    };

    public YamlMap? Map(string key) => Node(key) switch
    {
        null => null,
        YamlMappingNode map => new(map, _file, _problems),
        var node => Wrong<YamlMap?>(node, key, "has no keys of its own", "indent what belongs to it below it, as key: value", null),
    };

    public IReadOnlyList<YamlMap> Maps(string key) => Node(key) switch
    {
        null => [],
        YamlSequenceNode list when list.All(item => item is YamlMappingNode) => [.. list.Cast<YamlMappingNode>().Select(item => new YamlMap(item, _file, _problems))],
        var node => Wrong<IReadOnlyList<YamlMap>>(node, key, "is no list of entries", "begin each entry with a dash", []),
    };

    /// <summary>A key that nobody asked for is a typing error, which would otherwise do nothing and say nothing.</summary>
    public void NothingElse()
    {
        foreach (var (key, _) in _node.Children)
        {
            if (key is YamlScalarNode { Value: { } name } && !_asked.Contains(name)) Note(key, name, "is not known here", $"write one of {string.Join(", ", _asked.Order(StringComparer.Ordinal))}");
        }
    }

    public void Note(string key, string cause, string fix) =>
        Note(_node.Children.TryGetValue(new YamlScalarNode(key), out var node) ? node : _node, key, cause, fix);

    private void Note(YamlNode node, string key, string cause, string fix) =>
        _problems.Add(new(string.Create(CultureInfo.InvariantCulture, $"{_file}:{node.Start.Line}"), $"{key} {cause}", fix));

    private YamlNode? Node(string key)
    {
        _asked.Add(key);
        return _node.Children.TryGetValue(new YamlScalarNode(key), out var node) && node is not YamlScalarNode { Value: "" or "~" or "null" } ? node : null;
    }

    private string? Missing(string key)
    {
        Note(_node, key, "is missing", $"add {key}: …");
        return null;
    }

    private T? Wrong<T>(YamlNode node, string key, string cause, string fix) => Wrong<T?>(node, key, cause, fix, default);

    private T Wrong<T>(YamlNode node, string key, string cause, string fix, T instead)
    {
        Note(node, key, cause, fix);
        return instead;
    }
}
