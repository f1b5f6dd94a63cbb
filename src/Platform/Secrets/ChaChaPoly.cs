namespace Outpost.Platform.Secrets;

/// <summary>
/// ChaCha20-Poly1305 (RFC 8439) through libsodium, which has it whatever the machine's OpenSSL allows. A nonce serves once for a key.
/// The sealed form is the cipher text with its tag of 16 bytes behind it.
/// </summary>
public static class ChaChaPoly
{
    public const int KeyLength = 32, NonceLength = 12, TagLength = 16;

    /// <param name="sealedBytes">Takes 16 bytes more than the plain text has.</param>
    /// <param name="also">What is vouched for but not hidden.</param>
    public static void Seal(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plain, Span<byte> sealedBytes, ReadOnlySpan<byte> also = default)
    {
        Check(key, nonce);
        ArgumentOutOfRangeException.ThrowIfNotEqual(sealedBytes.Length, plain.Length + TagLength, nameof(sealedBytes));
        Sodium.Ready();
        _ = Sodium.Encrypt(sealedBytes, 0, plain, (ulong)plain.Length, also, (ulong)also.Length, 0, nonce, key);
    }

    /// <param name="plain">Takes 16 bytes fewer than the sealed form has.</param>
    /// <returns>False when the bytes were not sealed with this key, nonce and company; the plain text is then nothing.</returns>
    public static bool TryOpen(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> sealedBytes, Span<byte> plain, ReadOnlySpan<byte> also = default)
    {
        Check(key, nonce);
        if (sealedBytes.Length < TagLength) return false;

        ArgumentOutOfRangeException.ThrowIfNotEqual(plain.Length, sealedBytes.Length - TagLength, nameof(plain));
        Sodium.Ready();
        return Sodium.Decrypt(plain, 0, 0, sealedBytes, (ulong)sealedBytes.Length, also, (ulong)also.Length, nonce, key) == 0;
    }

    private static void Check(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, KeyLength, nameof(key));
        ArgumentOutOfRangeException.ThrowIfNotEqual(nonce.Length, NonceLength, nameof(nonce));
    }
}
