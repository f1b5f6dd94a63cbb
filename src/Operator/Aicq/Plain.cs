using System.Globalization;
using System.Text;

namespace Outpost.Operator.Aicq;

/// <summary>What strangers wrote, for a terminal: characters that would move the cursor, colour the screen or turn the text around are shown and not obeyed.</summary>
internal static class Plain
{
    public static string Text(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            var kind = Rune.GetUnicodeCategory(rune);
            if (rune.Value is '\n' or '\t') plain.Append((char)rune.Value);
            else if (kind is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator) plain.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}");
            else plain.Append(rune);
        }

        return plain.ToString();
    }

    public static string Time(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(ms, 0, 253_402_300_799_999)).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
