using System.Text;

namespace Outpost.Platform.Secrets;

/// <summary>
/// Argon2id through libsodium (Debian's <c>libsodium23</c>), in libsodium's own string form, which carries salt and cost.
/// 19 MiB and two passes: OWASP's first choice, about 100 ms on a Raspberry Pi 4.
/// </summary>
public static class PasswordHash
{
    private const int StringBytes = 128;
    private const int Argon2Id13 = 2;
    private const ulong Passes = 2;
    private const nuint Memory = 19 * 1024 * 1024;

    // Each hash holds 19 MiB while it runs; more at once than cores would only cost memory.
    private static readonly SemaphoreSlim AtOnce = new(Math.Max(2, Environment.ProcessorCount));

    /// <summary>A hash of its own for users that do not exist, so that signing in takes as long for them.</summary>
    private static readonly Lazy<string> Nobody = new(() => Hash(Guid.NewGuid().ToString()));

    public static string Hash(string password)
    {
        Sodium.Ready();
        var text = new byte[StringBytes];
        var bytes = Encoding.UTF8.GetBytes(password);
        return Sodium.HashString(text, bytes, (ulong)bytes.Length, Passes, Memory, Argon2Id13) == 0
            ? Encoding.ASCII.GetString(text.AsSpan(0, Array.IndexOf(text, (byte)0)))
            : throw new InsufficientMemoryException("Argon2id could not get its 19 MiB of memory.");
    }

    /// <summary>As <see cref="Hash"/>, in turn with all others that hash at this moment.</summary>
    public static async Task<string> HashAsync(string password, CancellationToken ct)
    {
        await AtOnce.WaitAsync(ct);
        try
        {
            return await Task.Run(() => Hash(password), ct);
        }
        finally
        {
            AtOnce.Release();
        }
    }

    /// <summary>True when the password is the one of the hash. With no hash the time is spent all the same and the answer is false.</summary>
    public static async Task<bool> VerifyAsync(string? hash, string password, CancellationToken ct)
    {
        await AtOnce.WaitAsync(ct);
        try
        {
            return await Task.Run(() => Verify(hash ?? Nobody.Value, password) && hash is not null, ct);
        }
        finally
        {
            AtOnce.Release();
        }
    }

    private static bool Verify(string hash, string password)
    {
        Sodium.Ready();
        var text = new byte[StringBytes];
        if (Encoding.ASCII.GetByteCount(hash) >= StringBytes) return false;

        Encoding.ASCII.GetBytes(hash, text);
        var bytes = Encoding.UTF8.GetBytes(password);
        return Sodium.VerifyString(text, bytes, (ulong)bytes.Length) == 0;
    }
}
