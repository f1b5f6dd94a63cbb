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

    /// <summary>Reads what a new agent sends: a key that a seed can give, and no other. One of small order would let anybody sign.</summary>
    public static bool TryParseNew(string base64, out byte[] key) => TryParse(base64, out key) && Ed25519.IsPublicKey(key);
}
