using System.Collections.Frozen;
using System.Text;

namespace Outpost.Kernel;

/// <summary>How the members of an enum are spelled in the API and in the database: <c>InProgress</c> is <c>in_progress</c>.</summary>
public static class Words<T> where T : struct, Enum
{
    private static readonly FrozenDictionary<T, string> Spelling = Enum.GetValues<T>().ToFrozenDictionary(v => v, v => Spell(v.ToString()));
    private static readonly FrozenDictionary<string, T> Meaning = Spelling.ToFrozenDictionary(pair => pair.Value, pair => pair.Key, StringComparer.Ordinal);

    public static IEnumerable<string> All => Enum.GetValues<T>().Select(Of);

    public static string Of(T value) => Spelling[value];

    public static bool TryParse(string? word, out T value)
    {
        value = default;
        return word is not null && Meaning.TryGetValue(word, out value);
    }

    /// <exception cref="FormatException">The database or a caller used a word that is not of this vocabulary.</exception>
    public static T Parse(string word) =>
        TryParse(word, out var value) ? value : throw new FormatException($"'{word}' is none of {string.Join(", ", All)}.");

    private static string Spell(string name)
    {
        var text = new StringBuilder(name.Length + 4);
        foreach (var c in name)
        {
            if (char.IsUpper(c) && text.Length > 0) text.Append('_');
            text.Append(char.ToLowerInvariant(c));
        }

        return text.ToString();
    }
}
