using System.Security.Cryptography;

namespace Outpost.Platform.Secrets;

/// <summary>
/// Plain Ed25519 (RFC 8032: not prehashed, no context) through libsodium. A signature or key with a non-canonical encoding, and a key of small order,
/// never verifies. Safe for many threads.
/// </summary>
public static class Ed25519
{
    /// <summary>Bytes of a public key.</summary>
    public const int PublicKeyLength = 32;

    /// <summary>Bytes of a signature.</summary>
    public const int SignatureLength = 64;

    /// <summary>True when the owner of this public key signed these bytes. Anything of a wrong length is false.</summary>
    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        Sodium.Ready();
        return publicKey.Length == PublicKeyLength && signature.Length == SignatureLength
            && Sodium.VerifySignature(signature, message, (ulong)message.Length, publicKey) == 0;
    }

    /// <summary>
    /// True for a key that a seed can give: canonically encoded, on the curve, in its main subgroup and not of small order. All others belong to nobody, or
    /// to everybody at once.
    /// </summary>
    public static bool IsPublicKey(ReadOnlySpan<byte> publicKey)
    {
        Sodium.Ready();
        return publicKey.Length == PublicKeyLength && Sodium.IsValidPoint(publicKey) == 1;
    }
}

/// <summary>A private Ed25519 key, kept as its seed of 32 bytes and what libsodium makes of it. Erased when it is disposed.</summary>
public sealed class Ed25519Key : IDisposable
{
    /// <summary>Bytes of a seed.</summary>
    public const int SeedLength = 32;

    // libsodium's form: the seed with the public key behind it.
    private readonly byte[] _secret = GC.AllocateArray<byte>(64, pinned: true);
    private readonly byte[] _public = new byte[Ed25519.PublicKeyLength];

    /// <exception cref="ArgumentException">The seed has not 32 bytes.</exception>
    public Ed25519Key(ReadOnlySpan<byte> seed)
    {
        if (seed.Length != SeedLength) throw new ArgumentException($"An Ed25519 seed has {SeedLength} bytes, not {seed.Length}.", nameof(seed));

        Sodium.Ready();
        _ = Sodium.SignKeyPair(_public, _secret, seed);
    }

    /// <summary>32 bytes.</summary>
    public ReadOnlySpan<byte> PublicKey => _public;

    /// <summary>32 bytes; whoever has them is this key's owner.</summary>
    public ReadOnlySpan<byte> Seed => _secret.AsSpan(0, SeedLength);

    public static Ed25519Key Generate()
    {
        Span<byte> seed = stackalloc byte[SeedLength];
        RandomNumberGenerator.Fill(seed);
        var key = new Ed25519Key(seed);
        CryptographicOperations.ZeroMemory(seed);
        return key;
    }

    public byte[] Sign(ReadOnlySpan<byte> message)
    {
        var signature = new byte[Ed25519.SignatureLength];
        Sign(message, signature);
        return signature;
    }

    /// <param name="signature">Takes 64 bytes.</param>
    public void Sign(ReadOnlySpan<byte> message, Span<byte> signature)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(signature.Length, Ed25519.SignatureLength, nameof(signature));
        _ = Sodium.Sign(signature, 0, message, (ulong)message.Length, _secret);
    }

    /// <summary>The X25519 private key of the same owner: the clamped first half of SHA-512 over the seed.</summary>
    public X25519Key ToX25519()
    {
        Span<byte> scalar = stackalloc byte[X25519.KeyLength];
        _ = Sodium.SecretToCurve(scalar, _secret);
        var key = new X25519Key(scalar);
        CryptographicOperations.ZeroMemory(scalar);
        return key;
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_secret);
}
