using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Outpost.Platform.Secrets;

/// <summary>Makes secrets from the system's random numbers, and compares them without telling how far they agree.</summary>
public static class Secret
{
    // Without vowels there are no words; without 0 o 1 l i there is nothing to confuse when it is read aloud.
    private const string Readable = "bcdfghjkmnpqrstvwxyz23456789";

    /// <summary>Random bytes as letters, digits, <c>-</c> and <c>_</c>: fits into a URL and a shell without escaping. 32 bytes are 43 characters.</summary>
    public static string UrlSafe(int bytes = 32) => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(bytes));

    /// <summary>A password to read from a screen and type: groups of four such as <c>k7mf-9tqx-hh3d-wzcp</c>, each of 19 bits.</summary>
    public static string Password(int groups = 4) =>
        string.Join('-', Enumerable.Range(0, groups).Select(_ => RandomNumberGenerator.GetString(Readable, 4)));

    /// <summary>Whether two secrets are the same, in a time that depends on neither their content nor where they differ.</summary>
    public static bool Same(string one, string other) =>
        CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(one)), SHA256.HashData(Encoding.UTF8.GetBytes(other)));
}
