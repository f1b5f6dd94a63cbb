using System.Runtime.InteropServices;

namespace Outpost.Platform.Secrets;

/// <summary>
/// libsodium (Debian's <c>libsodium23</c>). <see cref="Ready"/> comes before the first call; the functions may then be called by many threads.
/// Lengths are checked by the callers: the library reads and writes as many bytes as each function's contract says.
/// </summary>
internal static partial class Sodium
{
    private const string Library = "libsodium.so.23";

    private static readonly bool Initialized = Initialize() >= 0 ? true : throw new InvalidOperationException("libsodium could not initialise.");

    /// <exception cref="DllNotFoundException">libsodium is not installed (Debian: <c>libsodium23</c>).</exception>
    public static void Ready() => _ = Initialized;

    [LibraryImport(Library, EntryPoint = "crypto_pwhash_str_alg")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int HashString([Out] byte[] text, byte[] password, ulong length, ulong passes, nuint memory, int algorithm);

    [LibraryImport(Library, EntryPoint = "crypto_pwhash_str_verify")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int VerifyString(byte[] text, byte[] password, ulong length);

    [LibraryImport(Library, EntryPoint = "crypto_sign_seed_keypair")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int SignKeyPair(Span<byte> publicKey, Span<byte> secretKey, ReadOnlySpan<byte> seed);

    [LibraryImport(Library, EntryPoint = "crypto_sign_detached")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Sign(Span<byte> signature, nint lengthWritten, ReadOnlySpan<byte> message, ulong length, ReadOnlySpan<byte> secretKey);

    [LibraryImport(Library, EntryPoint = "crypto_sign_verify_detached")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int VerifySignature(ReadOnlySpan<byte> signature, ReadOnlySpan<byte> message, ulong length, ReadOnlySpan<byte> publicKey);

    [LibraryImport(Library, EntryPoint = "crypto_core_ed25519_is_valid_point")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int IsValidPoint(ReadOnlySpan<byte> point);

    [LibraryImport(Library, EntryPoint = "crypto_sign_ed25519_pk_to_curve25519")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int PublicToCurve(Span<byte> curve, ReadOnlySpan<byte> publicKey);

    [LibraryImport(Library, EntryPoint = "crypto_sign_ed25519_sk_to_curve25519")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int SecretToCurve(Span<byte> curve, ReadOnlySpan<byte> secretKey);

    [LibraryImport(Library, EntryPoint = "crypto_scalarmult_base")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int ScalarMultBase(Span<byte> point, ReadOnlySpan<byte> scalar);

    [LibraryImport(Library, EntryPoint = "crypto_scalarmult")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int ScalarMult(Span<byte> shared, ReadOnlySpan<byte> scalar, ReadOnlySpan<byte> point);

    [LibraryImport(Library, EntryPoint = "crypto_aead_chacha20poly1305_ietf_encrypt")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Encrypt(
        Span<byte> sealedBytes, nint lengthWritten, ReadOnlySpan<byte> plain, ulong plainLength, ReadOnlySpan<byte> also, ulong alsoLength, nint unused, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> key);

    [LibraryImport(Library, EntryPoint = "crypto_aead_chacha20poly1305_ietf_decrypt")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Decrypt(
        Span<byte> plain, nint lengthWritten, nint unused, ReadOnlySpan<byte> sealedBytes, ulong sealedLength, ReadOnlySpan<byte> also, ulong alsoLength, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> key);

    [LibraryImport(Library, EntryPoint = "sodium_init")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Initialize();
}
