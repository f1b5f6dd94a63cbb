using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Outpost.Aicq.Rooms;

/// <summary>
/// bcrypt through libcrypt, which every Debian has: the hashes that rooms have always had, so that a room made here opens with the first hub and the other way
/// round. One hash takes about 70 ms of a processor, on purpose.
/// </summary>
internal static partial class Bcrypt
{
    private const string Library = "libcrypt.so.1";
    private const string Alphabet = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    // sizeof(struct crypt_data) of libxcrypt and of the glibc that came before it.
    private const int DataLength = 1 << 18;

    /// <param name="key">At most 72 bytes of UTF-8, none of them NUL.</param>
    public static string Hash(string key) => Crypt(key, "$2b$10$" + Salt(RandomNumberGenerator.GetBytes(16))) ?? throw new InvalidOperationException("libcrypt does not know bcrypt.");

    public static bool Verify(string key, string hash) =>
        hash is ['$', '2', ..] && !key.Contains('\0', StringComparison.Ordinal) && Crypt(key, hash) is { } again
        && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(again), Encoding.ASCII.GetBytes(hash));

    private static unsafe string? Crypt(string key, string setting)
    {
        var data = new byte[DataLength];
        // What it answers points into the memory that it was given.
        fixed (byte* memory = data)
        {
            var text = Marshal.PtrToStringUTF8(CryptRn(key, setting, memory, data.Length));
            CryptographicOperations.ZeroMemory(data);
            return text is ['*', ..] ? null : text;
        }
    }

    // bcrypt's own base64: another alphabet, no padding.
    private static string Salt(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(22);
        for (var i = 0; i < bytes.Length; i += 3)
        {
            var (a, b, c) = (bytes[i], i + 1 < bytes.Length ? bytes[i + 1] : 0, i + 2 < bytes.Length ? bytes[i + 2] : 0);
            text.Append(Alphabet[a >> 2]).Append(Alphabet[((a & 3) << 4) | (b >> 4)]).Append(Alphabet[((b & 15) << 2) | (c >> 6)]).Append(Alphabet[c & 63]);
        }

        return text.ToString(0, 22);
    }

    [LibraryImport(Library, EntryPoint = "crypt_rn", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial nint CryptRn(string phrase, string setting, byte* data, int size);
}
