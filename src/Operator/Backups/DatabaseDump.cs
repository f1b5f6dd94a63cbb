using System.IO.Compression;
using System.Text;
using Outpost.Operator.Runtimes;
using Outpost.Platform.Processes;

namespace Outpost.Operator.Backups;

/// <summary>Dumps as the runbooks know them: PostgreSQL's custom format, or SQL in gzip.</summary>
internal static class DatabaseDump
{
    private const string Complete = "-- PostgreSQL database dump complete";

    /// <exception cref="TroubleException">It could not be dumped.</exception>
    /// <exception cref="IOException">It could not be kept.</exception>
    public static async Task<HashedFile> TakeAsync(DatabaseSnapshot snapshot, PostgresTools tools, string path, Action<long>? progress, CancellationToken ct)
    {
        var written = default(HashedFile);
        string[] format = IsPlain(path) ? ["--format=plain", "--no-owner"] : ["--format=custom"];
        var run = await ToolRun.OfAsync(
            PostgresTools.For(tools.Dump, snapshot.Source.Url, [.. format, "--compress=9", $"--snapshot={snapshot.Id}", "--lock-wait-timeout=120s", "--no-password"]) with
            {
                Output = async (stream, token) => written = await HashedFile.WriteAsync(stream, path, progress, token),
            },
            ct);
        return run.Code == 0 ? written : throw new TroubleException(
            TroubleKind.Failed, $"the database of {snapshot.Source.Subsystem.Name} could not be dumped", "fix what pg_dump says, then: outpost backup run", run.Evidence);
    }

    /// <summary>Reads a dump to its end, every block of it. A table of contents alone shows no damage behind it.</summary>
    /// <returns>What is wrong with it; null when nothing is.</returns>
    public static async Task<string?> DamageAsync(string path, PostgresTools tools, CancellationToken ct)
    {
        if (IsPlain(path)) return await PlainDamageAsync(path, ct);

        var run = await ToolRun.OfAsync(new(tools.Restore, "--file=/dev/null", path), ct);
        return run.Code == 0 ? null : run.Evidence;
    }

    public static bool IsPlain(string path) => path.EndsWith(".sql.gz", StringComparison.Ordinal);

    private static async Task<string?> PlainDamageAsync(string path, CancellationToken ct)
    {
        try
        {
            await using var file = File.OpenRead(path);
            await using var text = new GZipStream(file, CompressionMode.Decompress);
            var (buffer, tail) = (new byte[64 * 1024], Array.Empty<byte>());
            while (await text.ReadAsync(buffer, ct) is var read and > 0)
            {
                byte[] joined = [.. tail, .. buffer.AsSpan(0, read)];
                tail = joined[^Math.Min(joined.Length, 512)..];
            }

            return Encoding.UTF8.GetString(tail).Contains(Complete, StringComparison.Ordinal) ? null : "it ends before the end of the dump";
        }
        catch (InvalidDataException e)
        {
            return e.Message;
        }
    }
}
