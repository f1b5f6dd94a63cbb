using System.Globalization;
using System.Security.Cryptography;
using Outpost.Platform.Secrets;

namespace Outpost.FieldService.Webhooks;

/// <summary>Signs messages as Standard Webhooks 1.0 has it: HMAC-SHA256 over id, time and body, with a key that is written <c>whsec_</c> and base64.</summary>
internal static class WebhookSecret
{
    private const string Prefix = "whsec_";

    /// <summary>A new secret of 256 bits.</summary>
    public static string New() => Prefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    /// <returns>The header's value: one signature for each secret, so that a receiver may hold the old one or the new.</returns>
    public static string Sign(IEnumerable<string> secrets, string id, long timestamp, byte[] body) => string.Join(' ', secrets.Select(secret =>
        WebhookSignature.Of(Convert.FromBase64String(secret[Prefix.Length..]), id, timestamp.ToString(CultureInfo.InvariantCulture), body)));
}
