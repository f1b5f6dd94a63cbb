using System.Formats.Tar;
using System.IO.Pipelines;
using Outpost.Platform.Processes;

namespace Outpost.Operator.Backups;

/// <summary>What people uploaded, as one tar file. Files that come or go meanwhile are no fault: a document is written before the row that names it.</summary>
internal static class DocumentArchive
{
    /// <exception cref="IOException">It could not be read or kept.</exception>
    public static async Task<(HashedFile File, DocumentFacts Facts)> TakeAsync(string directory, string path, Action<long>? progress, CancellationToken ct)
    {
        var pipe = new Pipe();
        var packing = PackAsync(directory, pipe.Writer, ct);
        var file = await HashedFile.WriteAsync(pipe.Reader.AsStream(), path, progress, ct);
        return (file, await packing);
    }

    /// <returns>What is wrong with it; null when nothing is.</returns>
    public static async Task<string?> DamageAsync(string path, DocumentFacts facts, CancellationToken ct)
    {
        try
        {
            var (files, bytes) = (0L, 0L);
            await using var file = File.OpenRead(path);
            await using var tar = new TarReader(file);
            while (await tar.GetNextEntryAsync(copyData: false, ct) is { } entry)
            {
                if (entry.EntryType is not TarEntryType.RegularFile) continue;
                files++;
                bytes += entry.Length;
            }

            return (files, bytes) == (facts.Files, facts.Bytes) ? null : $"it holds {files} files of {bytes} bytes instead of {facts.Files} of {facts.Bytes}";
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException)
        {
            return e.Message;
        }
    }

    /// <summary>Unpacks into a new directory.</summary>
    /// <exception cref="IOException">It could not be read or written.</exception>
    public static async Task UnpackAsync(string path, string directory, CancellationToken ct)
    {
        PrivateDirectory.Ensure(directory);
        await TarFile.ExtractToDirectoryAsync(path, directory, overwriteFiles: false, ct);
    }

    private static async Task<DocumentFacts> PackAsync(string directory, PipeWriter to, CancellationToken ct)
    {
        Exception? broken = null;
        try
        {
            var (files, bytes) = (0L, 0L);
            await using (var stream = to.AsStream(leaveOpen: true))
            await using (var tar = new TarWriter(stream, TarEntryFormat.Pax))
            {
                foreach (var path in Directory.EnumerateFileSystemEntries(directory, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
                {
                    if (await AddAsync(tar, directory, path, ct) is not { } size) continue;
                    files++;
                    bytes += size;
                }
            }

            return new(files, bytes);
        }
        catch (Exception e)
        {
            broken = e;
            throw;
        }
        finally
        {
            await to.CompleteAsync(broken);
        }
    }

    /// <returns>The size of a file; null for what is none, or is gone.</returns>
    private static async Task<long?> AddAsync(TarWriter tar, string directory, string path, CancellationToken ct)
    {
        var name = Path.GetRelativePath(directory, path);
        if (Directory.Exists(path))
        {
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.Directory, name) { Mode = File.GetUnixFileMode(path) }, ct);
            return null;
        }

        FileStream file;
        try
        {
            file = File.OpenRead(path);
        }
        catch (FileNotFoundException)
        {
            return null;
        }

        await using (file)
        {
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, name) { Mode = File.GetUnixFileMode(path), ModificationTime = File.GetLastWriteTimeUtc(path), DataStream = file }, ct);
            return file.Length;
        }
    }
}
