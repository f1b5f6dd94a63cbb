using System.Security.Cryptography;
using System.Text;
using Outpost.Platform.Secrets;

namespace Outpost.Assistant.Keys;

/// <summary>
/// A key as it travels: <c>ask_</c>, its id as 32 hexadecimal digits, <c>_</c>, and 256 random bits. The beginning lets a scanner of secrets know one, the
/// id lets a person find the key to revoke.
/// </summary>
/// <param name="Hash">What is kept of it. The secret is too long to guess, so a plain SHA-256 does.</param>
internal readonly record struct ApiKeyText(Guid Id, byte[] Hash)
{
    private const string Prefix = "ask_";
    private const int Length = 80;

    /// <summary>Whether a bearer token wants to be an API key, well-formed or not.</summary>
    public static bool IsMeant(string bearer) => bearer.StartsWith(Prefix, StringComparison.Ordinal);

    public static bool TryParse(string bearer, out ApiKeyText key)
    {
        key = default;
        if (bearer.Length != Length || !IsMeant(bearer) || bearer[36] is not '_' || !Guid.TryParseExact(bearer.AsSpan(4, 32), "N", out var id)) return false;

        key = new(id, HashOf(bearer));
        return true;
    }

    /// <returns>A new secret for a key: the text, to be shown once, and its hash.</returns>
    public static (string Text, byte[] Hash) New(Guid id)
    {
        var text = $"{Prefix}{id:N}_{Secret.UrlSafe()}";
        return (text, HashOf(text));
    }

    private static byte[] HashOf(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
