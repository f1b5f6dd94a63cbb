namespace Outpost.Platform.Processes;

/// <summary>
/// A file that other processes append to. It is kept below <see cref="Largest"/> bytes with one older copy beside it: the copy is taken and
/// the file emptied in place, so that who writes to it need not be told.
/// </summary>
public sealed class LogFile(string path, long largest = LogFile.Largest)
{
    public const long Largest = 8 * 1024 * 1024;

    public string Path => path;

    public long Length => File.Exists(path) ? new FileInfo(path).Length : 0;

    /// <summary>What was written since it was <paramref name="from"/> bytes long, at most the last 16 KiB of it.</summary>
    public string Since(long from)
    {
        if (!File.Exists(path)) return "";

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        file.Position = Math.Max(Math.Min(from, file.Length), file.Length - (16 * 1024));
        using var reader = new StreamReader(file);
        return reader.ReadToEnd();
    }

    /// <summary>The last lines since then, for a message.</summary>
    public string Tail(long from, int lines = 6) => string.Join('\n', Since(from).TrimEnd().Split('\n').TakeLast(lines));

    public void Bound()
    {
        if (Length <= largest) return;

        File.Copy(path, path + ".1", overwrite: true);
        using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        file.SetLength(0);
    }
}
