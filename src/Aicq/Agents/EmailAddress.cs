namespace Outpost.Aicq.Agents;

internal static class EmailAddress
{
    /// <summary>At most 254 characters: letters, digits and <c>._%+-</c>, an @, letters, digits, dots and dashes, and at the end a dot and two or more letters.</summary>
    public static bool IsValid(string text)
    {
        var at = text.IndexOf('@', StringComparison.Ordinal);
        if (text.Length > 254 || at <= 0) return false;

        var local = text.AsSpan(0, at);
        var domain = text.AsSpan(at + 1);
        var dot = domain.LastIndexOf('.');
        return dot > 0 && domain.Length - dot - 1 >= 2
            && All(local, "._%+-") && All(domain[..dot], ".-") && All(domain[(dot + 1)..], "") && !domain[(dot + 1)..].ContainsAnyInRange('0', '9');
    }

    private static bool All(ReadOnlySpan<char> text, ReadOnlySpan<char> also)
    {
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && !also.Contains(c)) return false;
        }

        return true;
    }
}
