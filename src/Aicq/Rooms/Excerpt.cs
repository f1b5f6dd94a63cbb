using System.Globalization;
using System.Text;

namespace Outpost.Aicq.Rooms;

/// <summary>The beginning of a message.</summary>
internal static class Excerpt
{
    private const int Most = 200, Kept = 197;

    /// <summary>The whole when it has at most 200 bytes, otherwise 197 or fewer, cut between two characters as a reader sees them, and three dots.</summary>
    public static string Of(string body)
    {
        if (Encoding.UTF8.GetByteCount(body) <= Most) return body;

        var (bytes, length) = (0, 0);
        var elements = StringInfo.GetTextElementEnumerator(body);
        while (elements.MoveNext())
        {
            var element = elements.GetTextElement();
            bytes += Encoding.UTF8.GetByteCount(element);
            if (bytes > Kept) break;

            length += element.Length;
        }

        return body[..length] + "...";
    }
}
