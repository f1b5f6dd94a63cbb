using System.Globalization;
using System.Text;

namespace Outpost.Platform.Configuration;

/// <summary>
/// The parts of a URL that names a server, decoded. Written by hand because <see cref="Uri"/> forgives and rewrites: it lower-cases,
/// drops default ports, and takes a <c>#</c> in a password for the end. Messages never repeat a part that may be or hold a password.
/// </summary>
internal sealed record UrlParts(string Scheme, string? User, string? Password, string? Host, int? Port, string Path, IReadOnlyList<(string Name, string Value)> Query)
{
    private const string Encode = "percent-encode it: @ is %40, : is %3A, / is %2F, # is %23, ? is %3F, % is %25, a space is %20";

    public static UrlParts Parse(string key, string text, string form)
    {
        if (text.Any(c => char.IsWhiteSpace(c) || char.IsControl(c))) throw Wrong(key, "has white space in it", $"{Encode}; the form is {form}");

        var colon = text.IndexOf("://", StringComparison.Ordinal);
        if (colon <= 0 || !text.AsSpan(0, colon).ContainsOnlySchemeCharacters()) throw Wrong(key, "is no URL", $"write it as {form}");

        var rest = text[(colon + 3)..];
        if (rest.Contains('#', StringComparison.Ordinal)) throw Wrong(key, "has a # in it", Encode);

        var end = rest.IndexOfAny(['/', '?']);
        var (authority, tail) = end < 0 ? (rest, "") : (rest[..end], rest[end..]);
        // An @ behind the first / or ? is nearly always the one before the host: the / or ? belongs to the password.
        if (tail.Contains('@', StringComparison.Ordinal)) throw Wrong(key, "has a / or ? before its last @, or an @ behind its host", Encode);
        if (authority.Count(c => c == '@') > 1) throw Wrong(key, "has more than one @", $"the password or user seems to have one; {Encode}");

        var at = authority.IndexOf('@', StringComparison.Ordinal);
        var (user, password) = Login(key, at < 0 ? null : authority[..at]);
        var (host, port) = Address(key, authority[(at + 1)..]);
        var question = tail.IndexOf('?', StringComparison.Ordinal);
        var path = question < 0 ? tail : tail[..question];
        return new(text[..colon], user, password, host, port, path, question < 0 ? [] : Parameters(key, tail[(question + 1)..]));
    }

    public static SettingsException Wrong(string key, string cause, string fix) => new(new SettingsProblem(key, cause, fix));

    public static string Decode(string key, string part)
    {
        if (!part.Contains('%', StringComparison.Ordinal)) return part;

        var bytes = new List<byte>(part.Length);
        for (var i = 0; i < part.Length; i++)
        {
            if (part[i] != '%')
            {
                bytes.AddRange(Encoding.UTF8.GetBytes(char.IsHighSurrogate(part[i]) && i + 1 < part.Length ? part.Substring(i++, 2) : part[i].ToString()));
            }
            else if (i + 2 < part.Length && byte.TryParse(part.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
            {
                bytes.Add(value);
                i += 2;
            }
            else throw Wrong(key, "has a % that begins no percent-encoding", Encode);
        }

        try
        {
            var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString([.. bytes]);
            return text.Contains('\0', StringComparison.Ordinal) ? throw Wrong(key, "has a zero byte in it", "take %00 out of it") : text;
        }
        catch (DecoderFallbackException)
        {
            throw Wrong(key, "has percent-encoded bytes that are not UTF-8", "percent-encode the UTF-8 form of the text");
        }
    }

    /// <summary>A host as a URL writes it: an IPv6 address in brackets, a directory percent-encoded.</summary>
    public static string WriteHost(string host) => host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : Uri.EscapeDataString(host);

    private static (string? User, string? Password) Login(string key, string? text)
    {
        if (text is null) return (null, null);

        var parts = text.Split(':');
        if (parts.Length > 2) throw Wrong(key, "has a : in its password", Encode);

        var user = Decode(key, parts[0]);
        return (user.Length > 0 ? user : null, parts.Length == 2 ? Decode(key, parts[1]) : null);
    }

    private static (string? Host, int? Port) Address(string key, string text)
    {
        if (text.Length == 0) return (null, null);
        if (text.Contains(',', StringComparison.Ordinal)) throw Wrong(key, "names several hosts", "name one; put a proxy or a virtual address before several");

        string host;
        string after;
        if (text[0] == '[')
        {
            var close = text.IndexOf(']', StringComparison.Ordinal);
            var address = close < 0 ? "" : text[1..close];
            if (!System.Net.IPAddress.TryParse(address, out var ip) || ip.AddressFamily != System.Net.Sockets.AddressFamily.InterNetworkV6)
            {
                throw Wrong(key, "has no IPv6 address between [ and ]", "write an IPv6 host like [2001:db8::7]:5432");
            }

            (host, after) = (address, text[(close + 1)..]);
        }
        else
        {
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            if (colon >= 0 && text.IndexOf(':', colon + 1) >= 0) throw Wrong(key, "has more than one : behind its user and password", $"write an IPv6 host like [2001:db8::7]:5432; if it is a password, {Encode}");
            (host, after) = colon < 0 ? (text, "") : (text[..colon], text[colon..]);
            host = Decode(key, host);
        }

        var directory = host.StartsWith('/');
        if (host.Length == 0) throw Wrong(key, "has no host before its port", "write the host, such as localhost");
        if (!directory && text[0] != '[' && !host.All(c => char.IsLetterOrDigit(c) || c is '.' or '-' or '_')) throw Wrong(key, "has a host with characters that no host name has", $"write the host's name or address; if it is a password, {Encode}");
        if (after.Length == 0) return (host, null);
        if (after[0] != ':') throw Wrong(key, "goes on after the ] of its IPv6 address", "write an IPv6 host like [2001:db8::7]:5432");
        return (host, PortOf(key, after[1..]));
    }

    public static int PortOf(string key, string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65535
            ? port
            : throw Wrong(key, "has no valid port", $"write a number from 1 to 65535 behind the host; if the : belongs to a password, {Encode}");

    private static List<(string, string)> Parameters(string key, string text)
    {
        var parameters = new List<(string Name, string Value)>();
        foreach (var part in text.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0) throw Wrong(key, "has a parameter without a value", "write parameters as ?name=value&name=value");

            var name = Decode(key, part[..equals]);
            if (parameters.Any(p => p.Name == name)) throw Wrong(key, "has one parameter twice", "leave one of them out");
            parameters.Add((name, Decode(key, part[(equals + 1)..])));
        }

        return parameters;
    }
}

file static class SchemeCharacters
{
    public static bool ContainsOnlySchemeCharacters(this ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('+' or '-' or '.')) return false;
        }

        return true;
    }
}
