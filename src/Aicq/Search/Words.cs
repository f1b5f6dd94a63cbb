using System.Globalization;
using System.Text;

namespace Outpost.Aicq.Search;

/// <summary>
/// The words of a text, the same for what is said and for what is looked for: runs of letters and digits of any script in lower case, two characters at least, an
/// underscore ends one. Scripts that are written without spaces are cut into pairs of characters.
/// </summary>
internal static class Words
{
    /// <summary>Of one message; what a message says beyond that is not found.</summary>
    public const int MostPerMessage = 256;

    /// <summary>Of one question; the rest is left out.</summary>
    public const int MostPerQuestion = 5;

    private const int Shortest = 2, Longest = 64;

    private static readonly HashSet<string> Stop =
    [
        "the", "a", "an", "and", "or", "is", "are", "was", "were", "be", "to", "of", "in", "for", "on", "it", "that", "this", "with", "at", "by", "from", "as", "into", "like",
    ];

    public static string KeyOf(string word) => $"search:words:{word}";

    public static List<string> ToIndex(string text) => Of(text, MostPerMessage);

    public static List<string> ToFind(string text) => Of(text, MostPerQuestion);

    private static List<string> Of(string text, int most)
    {
        var words = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var word = new StringBuilder();
        Rune? before = null;
        foreach (var rune in text.EnumerateRunes())
        {
            if (words.Count == most) return words;

            var kind = Kind(rune);
            if (kind == Sign.Spaceless)
            {
                End(word, words, seen);
                if (before is { } first) Add($"{first}{rune}", words, seen);
                before = rune;
                continue;
            }

            before = null;
            if (kind == Sign.None) End(word, words, seen);
            else if (word.Length < Longest) word.Append(Rune.ToLowerInvariant(rune).ToString());
        }

        if (words.Count < most) End(word, words, seen);
        return words;
    }

    private static void End(StringBuilder word, List<string> words, HashSet<string> seen)
    {
        if (word.Length >= Shortest) Add(word.ToString(), words, seen);
        word.Clear();
    }

    private static void Add(string word, List<string> words, HashSet<string> seen)
    {
        if (!Stop.Contains(word) && seen.Add(word)) words.Add(word);
    }

    private static Sign Kind(Rune rune)
    {
        if (rune.IsAscii) return char.IsAsciiLetterOrDigit((char)rune.Value) ? Sign.Letter : Sign.None;

        return Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.OtherLetter when IsSpaceless(rune.Value) => Sign.Spaceless,
            UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter
                or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber => Sign.Letter,
            _ => Sign.None,
        };
    }

    // Kana, Han, Thai, Lao, Khmer and Burmese.
    private static bool IsSpaceless(int point) =>
        point is (>= 0x3040 and <= 0x30FF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x4E00 and <= 0x9FFF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x20000 and <= 0x3FFFF)
            or (>= 0x0E00 and <= 0x0EFF) or (>= 0x1780 and <= 0x17FF) or (>= 0x1000 and <= 0x109F);

    private enum Sign
    {
        None,
        Letter,
        Spaceless,
    }
}
