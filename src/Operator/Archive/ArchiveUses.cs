using Npgsql;
using Outpost.Operator.Runtimes;
using Outpost.Platform.Processes;

namespace Outpost.Operator.Archive;

/// <summary>What an operator does with an archive besides looking at it.</summary>
internal static class ArchiveUses
{
    private const int LongestName = 63;
    private static readonly TimeSpan ArchivedWithin = TimeSpan.FromSeconds(60), Glance = TimeSpan.FromMilliseconds(100);

    /// <exception cref="TroubleException">The server does not answer, the archive is another's, or the backup failed.</exception>
    public static async Task<BaseBackup> BackupAsync(ArchiveAccess access, BackupKind kind, TimeProvider clock, CancellationToken ct)
    {
        await using var source = access.Server.Source();
        await EnterAsync(access, source, clock, ct);
        return await access.Archive.BackupAsync(kind, ct);
    }

    /// <summary>Names this instant and sees to it that it can be returned to: the log up to it is archived before this returns.</summary>
    /// <exception cref="TroubleException">The name is taken or none, or the log does not arrive.</exception>
    public static async Task<Catalogue.Point> NamePointAsync(ArchiveAccess access, string name, TimeProvider clock, CancellationToken ct)
    {
        if (name.Length is 0 or > LongestName || name.Any(c => !(char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')))
        {
            throw new TroubleException(TroubleKind.Refused, "that is no name for a point", $"use 1 to {LongestName} of the characters a-z A-Z 0-9 - _ .");
        }

        await using var source = access.Server.Source();
        var (facts, contents) = await EnterAsync(access, source, clock, ct);
        if (contents.Points.Any(p => p.Name == name)) throw new TroubleException(TroubleKind.Refused, $"there is a point named {name} already", "choose another name; a recovery stops at the first of two");

        var position = await ArchiveSql.NamePointAsync(source, name, ct);
        var point = new Catalogue.Point(name, clock.GetUtcNow(), facts.Timeline, position);
        await ArriveAsync(access, source, facts, clock, ct);
        access.Catalogue.Add(point);
        return point;
    }

    /// <summary>Ends the segment that is written to and waits until the archive has it.</summary>
    /// <exception cref="TroubleException">It does not arrive.</exception>
    public static async Task ArriveAsync(ArchiveAccess access, NpgsqlDataSource source, ClusterFacts facts, TimeProvider clock, CancellationToken ct)
    {
        var wanted = WalSegment.Parse(await ArchiveSql.SwitchAsync(source, ct), facts.SegmentSize)!.Value;
        var start = clock.GetTimestamp();
        while (!(await access.Archive.SegmentsAsync(facts.SegmentSize, ct)).Any(segment => segment.Timeline == wanted.Timeline && segment.Number >= wanted.Number))
        {
            if (clock.GetElapsedTime(start) > ArchivedWithin)
            {
                throw new TroubleException(TroubleKind.Failed, $"{wanted.Name(facts.SegmentSize)} did not reach the archive within {ArchivedWithin.TotalSeconds:0} s", "outpost archive status");
            }

            await Task.Delay(Glance, clock, ct);
        }
    }

    /// <exception cref="TroubleException">Outpost up keeps this archive going already.</exception>
    public static void RefuseIfKept(ArchiveAccess access)
    {
        if (RunRecord.OfRunning(access.Data) is { } record) throw new TroubleException(TroubleKind.Refused, $"outpost up (pid {record.Supervisor.Pid}) keeps this archive going already", "outpost archive status");
    }

    private static async Task<(ClusterFacts Facts, Catalogue.Contents Contents)> EnterAsync(ArchiveAccess access, NpgsqlDataSource source, TimeProvider clock, CancellationToken ct)
    {
        PrivateDirectory.Ensure(access.Settings.Directory, access.Server.RunAs);
        var facts = await access.Server.FactsAsync(source, ct);
        var contents = await Registration.EnterAsync(access, source, facts, clock.GetUtcNow(), ct);
        await access.Archive.PrepareAsync(facts, ct);
        return (facts, contents);
    }
}
