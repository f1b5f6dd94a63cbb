using System.Security.Cryptography;

namespace Outpost.Platform.Secrets;

/// <summary>Key agreement (RFC 7748) through libsodium. Safe for many threads.</summary>
public static class X25519
{
    /// <summary>Bytes of a private key, a public key and a shared secret.</summary>
    public const int KeyLength = 32;

    /// <summary>The X25519 public key of the owner of an Ed25519 key, by the birational map u = (1 + y) / (1 - y).</summary>
    /// <param name="publicKey">Takes 32 bytes.</param>
    /// <returns>False when it is no valid Ed25519 key.</returns>
    public static bool TryFromEd25519(ReadOnlySpan<byte> ed25519, Span<byte> publicKey)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(publicKey.Length, KeyLength, nameof(publicKey));
        Sodium.Ready();
        return ed25519.Length == Ed25519.PublicKeyLength && Sodium.PublicToCurve(publicKey, ed25519) == 0;
    }
}

/// <summary>A private X25519 key with its public one. Erased when it is disposed.</summary>
public sealed class X25519Key : IDisposable
{
    private readonly byte[] _secret = GC.AllocateArray<byte>(X25519.KeyLength, pinned: true);
    private readonly byte[] _public = new byte[X25519.KeyLength];

    /// <param name="scalar">32 bytes, clamped or not: the function clamps.</param>
    /// <exception cref="ArgumentException">It has not 32 bytes.</exception>
    public X25519Key(ReadOnlySpan<byte> scalar)
    {
        if (scalar.Length != X25519.KeyLength) throw new ArgumentException($"An X25519 key has {X25519.KeyLength} bytes, not {scalar.Length}.", nameof(scalar));

        Sodium.Ready();
        scalar.CopyTo(_secret);
        _ = Sodium.ScalarMultBase(_public, _secret);
    }

    /// <summary>32 bytes.</summary>
    public ReadOnlySpan<byte> PublicKey => _public;

    public static X25519Key Generate()
    {
        Span<byte> scalar = stackalloc byte[X25519.KeyLength];
        RandomNumberGenerator.Fill(scalar);
        var key = new X25519Key(scalar);
        CryptographicOperations.ZeroMemory(scalar);
        return key;
    }

    /// <summary>What the two owners have in common. It is no key yet: derive one from it.</summary>
    /// <param name="shared">Takes 32 bytes.</param>
    /// <returns>False when the other key is one of the few that give the same to everybody.</returns>
    public bool TryAgree(ReadOnlySpan<byte> other, Span<byte> shared)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(shared.Length, X25519.KeyLength, nameof(shared));
        return other.Length == X25519.KeyLength && Sodium.ScalarMult(shared, _secret, other) == 0;
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_secret);
}
