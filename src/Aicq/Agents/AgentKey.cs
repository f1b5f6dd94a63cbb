using System.Text;
using Outpost.Platform.Secrets;

namespace Outpost.Aicq.Agents;

/// <summary>A public key as agents send it. It has one spelling: standard base64 with padding.</summary>
internal static class AgentKey
{
    /// <summary>Reads what was stored, whoever stored it.</summary>
    public static bool TryParse(string base64, out byte[] key)
    {
        key = new byte[Ed25519.PublicKeyLength];
        Span<byte> bytes = stackalloc byte[Ed25519.PublicKeyLength + 4];
        if (base64.Length > 128 || !Convert.TryFromBase64String(base64, bytes, out var length) || length != key.Length) return false;

        bytes[..length].CopyTo(key);
        return true;
    }

    /// <summary>
    /// Whether who registers a key can also sign with it: the proof is a signature over <c>aicq-register-v1</c>, a line feed and the key as base64. It may be shown
    /// again by whoever has seen it, and then does what it did before, which is nothing.
    /// </summary>
    public static bool IsProven(byte[] key, string proof)
    {
        Span<byte> signature = stackalloc byte[Ed25519.SignatureLength + 2];
        return Convert.TryFromBase64String(proof, signature, out var length)
            && Ed25519.Verify(key, Encoding.ASCII.GetBytes($"aicq-register-v1\n{Convert.ToBase64String(key)}"), signature[..length]);
    }

    /// <summary>Reads what a new agent sends: a key that a seed can give, and no other. One of small order would let anybody sign.</summary>
    public static bool TryParseNew(string base64, out byte[] key) => TryParse(base64, out key) && Ed25519.IsPublicKey(key);
}
