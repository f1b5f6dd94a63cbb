using System.Security.Cryptography;
using System.Text;
using Outpost.Platform.Secrets;

namespace Outpost.Operator.Aicq;

/// <summary>
/// A direct message that only its recipient can read, as every client of the hub seals it: base64 of an X25519 key made for this one message, a nonce, and ChaCha20-Poly1305
/// under HKDF-SHA256 of what that key and the recipient's have in common. The envelope does not say who sealed it; that is the hub's word.
/// </summary>
internal static class SealedMessage
{
    /// <summary>A request may have 8192 bytes; that leaves so many for the text in UTF-8.</summary>
    public const int LongestText = 6075;

    private const int Overhead = X25519.KeyLength + ChaChaPoly.NonceLength + ChaChaPoly.TagLength;

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <param name="recipient">The recipient's Ed25519 public key.</param>
    /// <exception cref="CryptographicException">It is no key that anybody can have.</exception>
    public static string Seal(string text, ReadOnlySpan<byte> recipient)
    {
        using var once = X25519Key.Generate();
        Span<byte> nonce = stackalloc byte[ChaChaPoly.NonceLength];
        RandomNumberGenerator.Fill(nonce);
        return Seal(text, recipient, once, nonce);
    }

    /// <summary>With a key and a nonce that were made already; both must never be used again.</summary>
    internal static string Seal(string text, ReadOnlySpan<byte> recipient, X25519Key once, ReadOnlySpan<byte> nonce)
    {
        Span<byte> theirs = stackalloc byte[X25519.KeyLength], shared = stackalloc byte[X25519.KeyLength], key = stackalloc byte[ChaChaPoly.KeyLength];
        if (!X25519.TryFromEd25519(recipient, theirs) || !once.TryAgree(theirs, shared)) throw new CryptographicException("The recipient's public key is no key that anybody can have.");

        Derive(shared, once.PublicKey, theirs, key);
        var plain = Strict.GetBytes(text);
        var envelope = new byte[Overhead + plain.Length];
        once.PublicKey.CopyTo(envelope);
        nonce.CopyTo(envelope.AsSpan(X25519.KeyLength));
        ChaChaPoly.Seal(key, nonce, plain, envelope.AsSpan(X25519.KeyLength + ChaChaPoly.NonceLength));
        CryptographicOperations.ZeroMemory(shared);
        CryptographicOperations.ZeroMemory(key);
        return Convert.ToBase64String(envelope);
    }

    /// <returns>Null when it was not sealed for this key, or is no sealed message.</returns>
    public static string? Open(string body, Ed25519Key own)
    {
        var envelope = new byte[body.Length];
        if (!Convert.TryFromBase64String(body, envelope, out var length) || length < Overhead) return null;

        var once = envelope.AsSpan(0, X25519.KeyLength);
        var nonce = envelope.AsSpan(X25519.KeyLength, ChaChaPoly.NonceLength);
        var cipher = envelope.AsSpan(X25519.KeyLength + ChaChaPoly.NonceLength, length - X25519.KeyLength - ChaChaPoly.NonceLength);
        Span<byte> shared = stackalloc byte[X25519.KeyLength], key = stackalloc byte[ChaChaPoly.KeyLength];
        using var mine = own.ToX25519();
        if (!mine.TryAgree(once, shared)) return null;

        Derive(shared, once, mine.PublicKey, key);
        var plain = new byte[cipher.Length - ChaChaPoly.TagLength];
        var opened = ChaChaPoly.TryOpen(key, nonce, cipher, plain);
        CryptographicOperations.ZeroMemory(shared);
        CryptographicOperations.ZeroMemory(key);
        return opened ? Encoding.UTF8.GetString(plain) : null;
    }

    private static void Derive(ReadOnlySpan<byte> shared, ReadOnlySpan<byte> once, ReadOnlySpan<byte> theirs, Span<byte> key)
    {
        Span<byte> salt = stackalloc byte[2 * X25519.KeyLength];
        once.CopyTo(salt);
        theirs.CopyTo(salt[X25519.KeyLength..]);
        HKDF.DeriveKey(HashAlgorithmName.SHA256, shared, key, salt, "aicq-dm-v1"u8);
    }
}
