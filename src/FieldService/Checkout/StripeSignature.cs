using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Outpost.FieldService.Checkout;

/// <summary>
/// The header <c>Stripe-Signature</c>: <c>t=1492774577,v1=5257a8…</c>, where v1 is HMAC-SHA256 over <c>t.body</c> in hex. Several v1 stand there while a secret is
/// exchanged. An old time is refused, so that what somebody has recorded cannot be played again later.
/// </summary>
internal static class StripeSignature
{
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);
    private const int LongestHeader = 4096;

    public static bool IsValid(string header, ReadOnlySpan<byte> body, IReadOnlyList<string> secrets, DateTimeOffset now)
    {
        if (header.Length > LongestHeader) return false;

        string? time = null;
        var signatures = new List<byte[]>();
        foreach (var part in header.Split(',', StringSplitOptions.TrimEntries))
        {
            if (part.StartsWith("t=", StringComparison.Ordinal)) time ??= part[2..];
            else if (part.StartsWith("v1=", StringComparison.Ordinal) && Bytes(part.AsSpan(3)) is { } signature) signatures.Add(signature);
        }

        if (time is null || !long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || seconds > DateTimeOffset.MaxValue.ToUnixTimeSeconds()) return false;
        if ((now - DateTimeOffset.FromUnixTimeSeconds(seconds)).Duration() > Tolerance) return false;

        byte[] signed = [.. Encoding.ASCII.GetBytes(time), (byte)'.', .. body];
        var isValid = false;
        // All are looked at, whichever is right, so that the time it takes says nothing.
        foreach (var secret in secrets)
        {
            var expected = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), signed);
            foreach (var signature in signatures) isValid |= CryptographicOperations.FixedTimeEquals(expected, signature);
        }

        return isValid;
    }

    private static byte[]? Bytes(ReadOnlySpan<char> hex)
    {
        if (hex.Length != HMACSHA256.HashSizeInBytes * 2) return null;

        var bytes = new byte[HMACSHA256.HashSizeInBytes];
        return Convert.FromHexString(hex, bytes, out _, out _) is System.Buffers.OperationStatus.Done ? bytes : null;
    }
}
