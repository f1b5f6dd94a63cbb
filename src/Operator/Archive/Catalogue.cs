using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Outpost.Platform.Processes;
using Lsn = NpgsqlTypes.NpgsqlLogSequenceNumber;

namespace Outpost.Operator.Archive;

/// <summary>
/// What an archive must know besides backups and log: whose it is, which points were named, and which timeline was alive when. It lies in the archive,
/// so that it is there when the server is gone. Lines are only added; one that a crash cut off is passed over.
/// </summary>
internal sealed class Catalogue(string directory)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };
    private readonly string _path = Path.Combine(directory, "catalogue.jsonl");

    /// <summary>The cluster that is archived.</summary>
    /// <param name="System">PostgreSQL's own number for it; a cluster made anew has another.</param>
    internal sealed record Server(string System, int Version, int SegmentSize, string Engine);

    internal sealed record Point(string Name, DateTimeOffset At, uint Timeline, Lsn Position);

    /// <summary>From this instant on the cluster lived on this timeline.</summary>
    /// <param name="Parent">The timeline it branched from; 0 when it is the first.</param>
    /// <param name="Branch">Where it branched.</param>
    internal sealed record Life(DateTimeOffset Since, uint Timeline, uint Parent, Lsn Branch);

    /// <summary>How long a restore took; the next one is predicted from it.</summary>
    internal sealed record Recovery(DateTimeOffset At, string Target, long Bytes, double FetchSeconds, long LogBytes, double ReplaySeconds, double TotalSeconds);

    internal sealed record Contents(Server? Server, IReadOnlyList<Point> Points, IReadOnlyList<Life> Lives, IReadOnlyList<Recovery> Recoveries);

    private sealed record Line(
        string Kind, DateTimeOffset? At = null, string? System = null, int? Version = null, int? SegmentSize = null, string? Engine = null, string? Name = null,
        uint? Timeline = null, uint? Parent = null, string? Lsn = null, long? Bytes = null, double? FetchSeconds = null, long? LogBytes = null, double? ReplaySeconds = null,
        double? TotalSeconds = null);

    public Contents Read()
    {
        var lines = File.Exists(_path) ? File.ReadLines(_path).Select(Parse).OfType<Line>().ToList() : [];
        return new(
            lines.Where(l => l is { Kind: "server", System: not null, SegmentSize: not null }).Select(l => new Server(l.System!, l.Version ?? 0, l.SegmentSize!.Value, l.Engine ?? "")).LastOrDefault(),
            [.. lines.Where(l => l is { Kind: "point", Name: not null, Lsn: not null }).Select(l => new Point(l.Name!, l.At ?? default, l.Timeline ?? 1, Position(l.Lsn)))],
            [.. lines.Where(l => l is { Kind: "life", Timeline: not null }).Select(l => new Life(l.At ?? default, l.Timeline!.Value, l.Parent ?? 0, Position(l.Lsn)))],
            [.. lines.Where(l => l is { Kind: "recovery", Bytes: not null }).Select(l => new Recovery(l.At ?? default, l.Name ?? "", l.Bytes!.Value, l.FetchSeconds ?? 0, l.LogBytes ?? 0, l.ReplaySeconds ?? 0, l.TotalSeconds ?? 0))]);
    }

    public void Add(Server server) => Append(new("server", System: server.System, Version: server.Version, SegmentSize: server.SegmentSize, Engine: server.Engine));

    public void Add(Point point) => Append(new("point", point.At, Name: point.Name, Timeline: point.Timeline, Lsn: point.Position.ToString()));

    public void Add(Life life) => Append(new("life", life.Since, Timeline: life.Timeline, Parent: life.Parent, Lsn: life.Branch.ToString()));

    public void Add(Recovery recovery) => Append(new(
        "recovery", recovery.At, Name: recovery.Target, Bytes: recovery.Bytes, FetchSeconds: recovery.FetchSeconds, LogBytes: recovery.LogBytes, ReplaySeconds: recovery.ReplaySeconds,
        TotalSeconds: recovery.TotalSeconds));

    private static Lsn Position(string? text) => text is not null && Lsn.TryParse(text, out var position) ? position : default;

    private static Line? Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<Line>(text, Json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private void Append(Line line)
    {
        try
        {
            using var file = new FileStream(_path, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.Read, UnixCreateMode = AtomicFile.Readable });
            // What a crash cut off is ended, so that it spoils no other line.
            var torn = file.Length > 0 && file.Seek(-1, SeekOrigin.End) >= 0 && file.ReadByte() != '\n';
            file.Seek(0, SeekOrigin.End);
            file.Write(Encoding.UTF8.GetBytes($"{(torn ? "\n" : "")}{JsonSerializer.Serialize(line, Json)}\n"));
            file.Flush(flushToDisk: true);
        }
        catch (IOException e)
        {
            throw Storage.Trouble(_path, e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw Storage.Trouble(_path, e);
        }
    }
}
