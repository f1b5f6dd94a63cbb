using System.Security.Cryptography;
using System.Text;

namespace Outpost.Platform.Secrets;

/// <summary>The signature of a message by Standard Webhooks 1.0: <c>v1,</c> and the HMAC-SHA256 over id, time and body, in base64.</summary>
public static class WebhookSignature
{
    /// <param name="timestamp">Seconds since 1970 as they stand in the header.</param>
    public static string Of(byte[] secret, string id, string timestamp, ReadOnlySpan<byte> body) =>
        $"v1,{Convert.ToBase64String(HMACSHA256.HashData(secret, (byte[])[.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body]))}";
}
