using System.Globalization;
using System.Net.Mail;
using System.Text;

namespace Outpost.FieldService.Messages;

/// <summary>Writes a letter as RFC 5322 and MIME have it: plain text and, where there is one, HTML beside it. Everything is ASCII.</summary>
internal static class LetterText
{
    private const int LineOfBase64 = 76;
    private const int BytesOfAWord = 45;

    /// <summary>The same for every attempt at the same message, so that whoever gets it twice can tell.</summary>
    public static string MessageId(Letter letter, MailAddress from) => $"<{letter.Id.Value:n}@{from.Host}>";

    public static byte[] Write(Letter letter, MailAddress from)
    {
        var text = new StringBuilder();
        Header(text, "From", $"{Words(letter.SenderName)} <{from.Address}>");
        Header(text, "To", $"<{letter.To}>");
        if (letter.ReplyTo is { } reply) Header(text, "Reply-To", $"<{reply}>");
        Header(text, "Subject", Words(letter.Content.Title ?? letter.SenderName));
        Header(text, "Date", letter.Now.UtcDateTime.ToString("ddd, dd MMM yyyy HH:mm:ss '+0000'", CultureInfo.InvariantCulture));
        Header(text, "Message-ID", MessageId(letter, from));
        // Nobody's holiday notice answers a machine.
        Header(text, "Auto-Submitted", "auto-generated");
        if (letter.OptOutUrl is { } url)
        {
            Header(text, "List-Unsubscribe", $"<{url.AbsoluteUri}>");
            // RFC 8058 asks for HTTPS; over plain HTTP a mail program opens the page instead.
            if (url.Scheme == Uri.UriSchemeHttps) Header(text, "List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
        }

        Header(text, "MIME-Version", "1.0");
        if (letter.Enclosures.Count == 0)
        {
            Words(text, letter);
            return Encoding.ASCII.GetBytes(text.ToString());
        }

        var around = $"=_e{letter.Id.Value:n}";
        Header(text, "Content-Type", $"multipart/mixed; boundary=\"{around}\"");
        text.Append("\r\n--").Append(around).Append("\r\n");
        Words(text, letter);
        foreach (var enclosure in letter.Enclosures)
        {
            text.Append("--").Append(around).Append("\r\n");
            Header(text, "Content-Type", $"{enclosure.MediaType}; name=\"{enclosure.Name}\"");
            Header(text, "Content-Disposition", $"attachment; filename=\"{enclosure.Name}\"");
            Header(text, "Content-Transfer-Encoding", "base64");
            text.Append("\r\n");
            Base64(text, enclosure.Content);
        }

        return Encoding.ASCII.GetBytes(text.Append("--").Append(around).Append("--\r\n").ToString());
    }

    // The text, and HTML beside it where there is one.
    private static void Words(StringBuilder text, Letter letter)
    {
        if (letter.Content.BodyHtml is { } html)
        {
            var boundary = $"=_{letter.Id.Value:n}";
            Header(text, "Content-Type", $"multipart/alternative; boundary=\"{boundary}\"");
            text.Append("\r\n--").Append(boundary).Append("\r\n");
            Part(text, "text/plain", letter.Content.BodyText);
            text.Append("--").Append(boundary).Append("\r\n");
            Part(text, "text/html", html);
            text.Append("--").Append(boundary).Append("--\r\n");
        }
        else
        {
            Part(text, "text/plain", letter.Content.BodyText);
        }
    }

    private static void Header(StringBuilder text, string name, string value) => text.Append(name).Append(": ").Append(value).Append("\r\n");

    private static void Part(StringBuilder text, string type, string body)
    {
        Header(text, "Content-Type", $"{type}; charset=utf-8");
        Header(text, "Content-Transfer-Encoding", "base64");
        text.Append("\r\n");
        Base64(text, Encoding.UTF8.GetBytes(body.ReplaceLineEndings("\r\n")));
    }

    private static void Base64(StringBuilder text, byte[] content)
    {
        var encoded = Convert.ToBase64String(content);
        for (var at = 0; at < encoded.Length; at += LineOfBase64) text.Append(encoded, at, Math.Min(LineOfBase64, encoded.Length - at)).Append("\r\n");
    }

    /// <summary>As encoded words of RFC 2047, folded so that no line is too long. No letter of a name or a subject can end a header.</summary>
    private static string Words(string words)
    {
        var encoded = new List<string>();
        var bytes = new List<byte>();
        Span<byte> letter = stackalloc byte[4];
        foreach (var rune in words.EnumerateRunes())
        {
            var length = rune.EncodeToUtf8(letter);
            if (bytes.Count + length > BytesOfAWord) Flush();
            bytes.AddRange(letter[..length]);
        }

        Flush();
        return string.Join("\r\n ", encoded);

        void Flush()
        {
            if (bytes.Count > 0) encoded.Add($"=?utf-8?B?{Convert.ToBase64String([.. bytes])}?=");
            bytes.Clear();
        }
    }
}
