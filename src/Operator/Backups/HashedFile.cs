using System.Security.Cryptography;
using Outpost.Platform.Processes;

namespace Outpost.Operator.Backups;

/// <summary>Size and SHA-256, in lower-case hexadecimal, of a file.</summary>
internal readonly record struct HashedFile(long Size, string Sha256)
{
    private const int Buffer = 256 * 1024;

    /// <summary>Writes everything that comes to a new file that only we can read, and returns when it is on the disk.</summary>
    /// <param name="progress">Told how many bytes there are so far.</param>
    /// <exception cref="IOException">The disk says no; the file is incomplete.</exception>
    public static async Task<HashedFile> WriteAsync(Stream from, string path, Action<long>? progress, CancellationToken ct)
    {
        await using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0, Options = FileOptions.Asynchronous, UnixCreateMode = AtomicFile.Private,
        });
        var hashed = await CopyAsync(from, file, progress, ct);
        file.Flush(flushToDisk: true);
        return hashed;
    }

    /// <summary>Reads a whole file.</summary>
    /// <exception cref="IOException">The disk says no.</exception>
    public static async Task<HashedFile> ReadAsync(string path, Action<long>? progress, CancellationToken ct)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1, FileOptions.Asynchronous | FileOptions.SequentialScan);
        return await CopyAsync(file, null, progress, ct);
    }

    private static async Task<HashedFile> CopyAsync(Stream from, Stream? to, Action<long>? progress, CancellationToken ct)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[Buffer];
        var size = 0L;
        while (await from.ReadAsync(buffer, ct) is var read and > 0)
        {
            hash.AppendData(buffer, 0, read);
            if (to is not null) await to.WriteAsync(buffer.AsMemory(0, read), ct);
            size += read;
            progress?.Invoke(size);
        }

        return new(size, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }
}
