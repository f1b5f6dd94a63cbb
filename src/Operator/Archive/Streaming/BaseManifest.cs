using System.Text.Json;
using Outpost.Platform.Processes;
using Lsn = NpgsqlTypes.NpgsqlLogSequenceNumber;

namespace Outpost.Operator.Archive.Streaming;

/// <summary>What stands beside a copy that <c>pg_basebackup</c> made. It is written last: a copy without one is none.</summary>
internal static class BaseManifest
{
    public const string Data = "data";

    private const string File = "base.json", Postgres = "backup_manifest";
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private sealed record Kept(string Label, DateTimeOffset StartedAt, DateTimeOffset StoppedAt, uint Timeline, string Start, string Stop, long Bytes);

    /// <summary>Reads PostgreSQL's own manifest of a copy.</summary>
    public static BaseBackup Read(string copy, string label, DateTimeOffset startedAt, DateTimeOffset stoppedAt)
    {
        using var manifest = JsonDocument.Parse(System.IO.File.ReadAllBytes(Path.Combine(copy, Postgres)));
        var bytes = manifest.RootElement.GetProperty("Files").EnumerateArray().Sum(file => file.GetProperty("Size").GetInt64());
        var ranges = manifest.RootElement.GetProperty("WAL-Ranges").EnumerateArray().ToList();
        return new(
            label, BackupKind.Full, startedAt, stoppedAt, ranges[^1].GetProperty("Timeline").GetUInt32(),
            Lsn.Parse(ranges[0].GetProperty("Start-LSN").GetString()!), Lsn.Parse(ranges[^1].GetProperty("End-LSN").GetString()!), bytes, bytes, false);
    }

    public static void Write(string directory, BaseBackup backup) => AtomicFile.Write(
        Path.Combine(directory, File),
        JsonSerializer.Serialize(new Kept(backup.Label, backup.StartedAt, backup.StoppedAt, backup.Timeline, backup.Start.ToString(), backup.Stop.ToString(), backup.Bytes), Json) + "\n",
        AtomicFile.Readable);

    /// <summary>Null where no whole copy lies.</summary>
    public static BaseBackup? Find(string directory)
    {
        var path = Path.Combine(directory, File);
        if (!System.IO.File.Exists(path)) return null;

        try
        {
            var kept = JsonSerializer.Deserialize<Kept>(System.IO.File.ReadAllBytes(path), Json);
            return kept is null ? null : new(kept.Label, BackupKind.Full, kept.StartedAt, kept.StoppedAt, kept.Timeline, Lsn.Parse(kept.Start), Lsn.Parse(kept.Stop), kept.Bytes, kept.Bytes, false);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
