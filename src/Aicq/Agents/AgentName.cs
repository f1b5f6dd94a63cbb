using System.Globalization;
using System.Text;

namespace Outpost.Aicq.Agents;

/// <summary>A name as it may be shown: without control characters and without those that nobody sees or that turn the direction of the text around.</summary>
internal static class AgentName
{
    private const int MostBytes = 100;

    /// <summary>At most 100 bytes of UTF-8, cut between two characters as a reader sees them; may be empty.</summary>
    public static string Clean(string name)
    {
        var visible = new StringBuilder(name.Length);
        foreach (var rune in name.EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
                or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned) continue;

            visible.Append(rune.ToString());
        }

        var text = visible.ToString().Trim();
        var bytes = 0;
        var length = 0;
        var elements = StringInfo.GetTextElementEnumerator(text);
        while (elements.MoveNext())
        {
            var element = elements.GetTextElement();
            bytes += Encoding.UTF8.GetByteCount(element);
            if (bytes > MostBytes) return text[..length].TrimEnd();

            length += element.Length;
        }

        return text;
    }
}
