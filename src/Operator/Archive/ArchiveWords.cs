using System.Globalization;
using Outpost.Operator.Commands;
using Outpost.Operator.Runtimes;

namespace Outpost.Operator.Archive;

/// <summary>What the archive's commands print.</summary>
internal static class ArchiveWords
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(30);

    internal sealed record Status(bool Measured, ArchiveState? State);

    private sealed record Listing(string Engine, string Directory, IReadOnlyList<Row> Backups, string? FirstSegment, string? LastSegment, int Segments, IReadOnlyList<NamedPoint> Points);

    private sealed record NamedPoint(string Name, DateTimeOffset At, uint Timeline, string Position);

    private sealed record Row(string Label, string Kind, DateTimeOffset StartedAt, DateTimeOffset StoppedAt, uint Timeline, long Bytes, long Stored, bool Faulty);

    private sealed record Verdict(bool Sound, IReadOnlyList<string> Problems);

    /// <summary>Ends with 0 when all is well, 5 when not all is, 1 when nobody measures.</summary>
    public static async Task<int> StatusAsync(ArchiveAccess access, bool json, TimeProvider clock, CancellationToken ct)
    {
        var (state, measured) = Look(access, clock);
        if (json) Console.WriteLine(CommandJson.Of(new Status(measured, state)));
        else await WriteAsync(access, state, measured, ct);
        return !measured ? ExitCodes.Failed : state!.Problems.Count > 0 ? ExitCodes.Degraded : ExitCodes.Ok;
    }

    /// <summary>Ends with 1, and prints nothing that is old, when nobody measures.</summary>
    public static int Metrics(ArchiveAccess access, TimeProvider clock)
    {
        var (state, measured) = Look(access, clock);
        if (measured) Console.Write(ArchiveMetrics.Text(state!));
        return measured ? ExitCodes.Ok : ExitCodes.Failed;
    }

    public static async Task<int> ListAsync(ArchiveAccess access, bool json, CancellationToken ct)
    {
        var contents = access.Catalogue.Read();
        var backups = await access.Archive.BackupsAsync(ct);
        var size = contents.Server?.SegmentSize;
        var segments = size is null ? [] : (await access.Archive.SegmentsAsync(size.Value, ct)).OrderBy(s => s.Number).ThenBy(s => s.Timeline).ToList();
        if (json)
        {
            Console.WriteLine(CommandJson.Of(new Listing(
                access.Archive.Engine, access.Settings.Directory, [.. backups.Select(b => new Row(b.Label, b.Kind.ToString().ToLowerInvariant(), b.StartedAt, b.StoppedAt, b.Timeline, b.Bytes, b.Stored, b.Faulty))],
                segments.Count > 0 ? segments[0].Name(size!.Value) : null, segments.Count > 0 ? segments[^1].Name(size!.Value) : null, segments.Count,
                [.. contents.Points.Select(p => new NamedPoint(p.Name, p.At, p.Timeline, p.Position.ToString()))])));
            return ExitCodes.Ok;
        }

        foreach (var backup in backups) Console.WriteLine(Of(backup));
        if (backups.Count == 0) Console.WriteLine("No backup yet; take one: outpost archive backup");
        if (segments.Count > 0) Console.WriteLine($"Log: {segments.Count} segments, {segments[0].Name(size!.Value)} to {segments[^1].Name(size.Value)}");
        foreach (var point in contents.Points) Console.WriteLine($"Point: {point.Name} {Instant(point.At)} at {point.Position}");
        return ExitCodes.Ok;
    }

    public static async Task<int> VerifyAsync(ArchiveAccess access, bool json, CancellationToken ct)
    {
        var problems = await access.Archive.VerifyAsync(access.Catalogue.Read(), ct);
        if (json) Console.WriteLine(CommandJson.Of(new Verdict(problems.Count == 0, problems)));
        else if (problems.Count == 0) Console.WriteLine($"Sound: every backup and all log in {access.Settings.Directory} was read and agrees with its sums");
        else
        {
            foreach (var problem in problems) Console.WriteLine(problem);
            Console.WriteLine("Next: take a new full backup while the database is well: outpost archive backup --full");
        }

        return problems.Count == 0 ? ExitCodes.Ok : ExitCodes.Failed;
    }

    public static string Of(BaseBackup backup) => string.Create(
        CultureInfo.InvariantCulture,
        $"{backup.Label}  {backup.Kind.ToString().ToLowerInvariant(),-12} ended {Instant(backup.StoppedAt)}  timeline {backup.Timeline}  {Megabytes(backup.Bytes)}, {Megabytes(backup.Stored)} in the archive{(backup.Faulty ? "  DAMAGED PAGES" : "")}");

    private static (ArchiveState? State, bool Measured) Look(ArchiveAccess access, TimeProvider clock)
    {
        var state = ArchiveState.Read(access.Data.ArchiveState) ?? ArchiveState.Read(Path.Combine(access.Settings.Directory, "state.json"));
        // A restore that has just ended is newer than the last look.
        if (state is not null && access.Catalogue.Read().Recoveries is [.., var last] && last.At > state.At) state = state with { RtoSeconds = last.TotalSeconds };
        // Beside a server of its own nobody measures when that is down; beside another's only the age of what was measured tells.
        var looking = access.Server.Place is null || RunRecord.OfRunning(access.Data) is not null;
        return (state, looking && state is not null && clock.GetUtcNow() - state.At < Fresh + (2 * access.Settings.Heartbeat));
    }

    private static async Task WriteAsync(ArchiveAccess access, ArchiveState? state, bool measured, CancellationToken ct)
    {
        if (state is null || !measured)
        {
            Console.WriteLine($"Nobody measures this archive{(state is null ? "" : $" since {Instant(state.At)}")}; start it: {(access.Server.Place is null ? "outpost archive watch" : "outpost up")}");
            var backups = await access.Archive.BackupsAsync(ct);
            Console.WriteLine(backups.Count == 0 ? "It holds no backup" : $"Newest backup: {Of(backups[^1])}");
            return;
        }

        Console.WriteLine($"Archive: {state.Engine} in {state.Directory}{(state.SameDisk ? ", on the same disk as the database: it does not survive the loss of that disk (set ARCHIVE_DIR)" : "")}");
        Console.WriteLine($"Lost if the server were lost now (RPO): {(state.RpoSeconds is { } rpo ? Text($"{rpo:0.0} s") : "not known until the first heartbeat has arrived")}{(state.Recoverable is { } beat ? $", recoverable to {Instant(beat.At)}" : "")}");
        Console.WriteLine($"A restore would take (RTO): {(state.RtoSeconds is { } rto ? Text($"{rto:0.0} s, from the last one") : "not known; measure it: outpost archive drill")}");
        if (state.Synchronous != "off") Console.WriteLine($"Synchronous: {state.Synchronous}");
        if (state.ReceiverConnected is { } receiver) Console.WriteLine($"Receiver: {(receiver ? "streams" : "gone")}");
        Console.WriteLine(Text($"Waiting on the server: {Megabytes(state.BacklogBytes)} of at most {Megabytes(state.BacklogLimitBytes)}; {Megabytes(state.DiskFreeBytes)} of disk are free"));
        if (state.LogBytesPerDay is { } perDay) Console.WriteLine(Text($"The log writes {perDay / 1048576:0} MB a day to the database's disk"));
        Console.WriteLine(state.NewestBackup is null ? "Backups: none yet" : $"Backups: {state.Backups}, newest {state.NewestBackup} of {Instant(state.NewestBackupAt!.Value)}");
        foreach (var problem in state.Problems) Console.WriteLine($"PROBLEM {problem.Code}: {problem.Cause}. Next: {problem.Next}");
    }

    private static string Megabytes(long bytes) => Text($"{bytes / 1048576.0:0.0} MB");

    internal static string Instant(DateTimeOffset at) => at.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
