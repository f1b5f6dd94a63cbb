using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Outpost.Aicq.Signatures;

/// <summary>What an agent signs.</summary>
internal static class SignedText
{
    /// <summary>
    /// <c>lowerhex(SHA-256(body))|nonce|timestamp</c>; an empty body counts as <c>{}</c>. It says nothing of where the request goes, so whoever holds one that was
    /// never sent can send it elsewhere: that is what <see cref="Second"/> is for.
    /// </summary>
    public static byte[] First(ReadOnlySpan<byte> body, string nonce, long timestamp) =>
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Hash(body.IsEmpty ? "{}"u8 : body)}|{nonce}|{timestamp}"));

    /// <summary>
    /// Seven lines joined by \n: <c>aicq-v2</c>, the method, the path with its query as it stands in the request, the agent's id in lower case with dashes,
    /// <c>lowerhex(SHA-256(body))</c> of exactly the bytes sent, the nonce, the timestamp.
    /// </summary>
    public static byte[] Second(string method, string target, string agent, ReadOnlySpan<byte> body, string nonce, long timestamp) =>
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"aicq-v2\n{method}\n{target}\n{agent}\n{Hash(body)}\n{nonce}\n{timestamp}"));

    private static string Hash(ReadOnlySpan<byte> body)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(body, hash);
        return Convert.ToHexStringLower(hash);
    }
}
