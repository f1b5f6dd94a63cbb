using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Outpost.Platform.Secrets;

namespace Outpost.Operator.Aicq;

/// <summary>The headers that make a request an agent's own. A nonce is used once.</summary>
internal static class RequestSignature
{
    /// <summary>
    /// The second form says where the request goes, too: whoever catches it cannot send it elsewhere. Hubs that know only the first answer that headers are missing.
    /// </summary>
    public static void Sign(HttpRequestMessage request, byte[] body, AgentIdentity agent, DateTimeOffset now, bool second)
    {
        var nonce = RandomNumberGenerator.GetHexString(24, lowercase: true);
        var timestamp = now.ToUnixTimeMilliseconds();
        var text = second ? Second(request.Method.Method, request.RequestUri!.PathAndQuery, agent.Id, body, nonce, timestamp) : First(body, nonce, timestamp);
        request.Headers.Add("X-AICQ-Agent", agent.Id.ToString());
        request.Headers.Add("X-AICQ-Nonce", nonce);
        request.Headers.Add("X-AICQ-Timestamp", timestamp.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add(second ? "X-AICQ-Signature-V2" : "X-AICQ-Signature", Convert.ToBase64String(agent.Key.Sign(Encoding.UTF8.GetBytes(text))));
    }

    /// <summary>Shows that who registers a key holds its private half.</summary>
    public static string ProofOf(Ed25519Key key) => Convert.ToBase64String(key.Sign(Encoding.ASCII.GetBytes($"aicq-register-v1\n{Convert.ToBase64String(key.PublicKey)}")));

    /// <summary>An empty body is hashed as <c>{}</c>.</summary>
    public static string First(ReadOnlySpan<byte> body, string nonce, long timestamp) =>
        string.Create(CultureInfo.InvariantCulture, $"{Hash(body.IsEmpty ? "{}"u8 : body)}|{nonce}|{timestamp}");

    public static string Second(string method, string target, Guid agent, ReadOnlySpan<byte> body, string nonce, long timestamp) =>
        string.Create(CultureInfo.InvariantCulture, $"aicq-v2\n{method}\n{target}\n{agent}\n{Hash(body)}\n{nonce}\n{timestamp}");

    private static string Hash(ReadOnlySpan<byte> body) => Convert.ToHexStringLower(SHA256.HashData(body));
}
