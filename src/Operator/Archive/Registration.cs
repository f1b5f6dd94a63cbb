using Npgsql;

namespace Outpost.Operator.Archive;

/// <summary>Notes in the archive whose it is and on which timeline that cluster lives.</summary>
internal static class Registration
{
    /// <exception cref="Platform.Processes.TroubleException">It is another cluster's: whatever was written into it would make both useless.</exception>
    public static async Task<Catalogue.Contents> EnterAsync(ArchiveAccess access, NpgsqlDataSource source, ClusterFacts facts, DateTimeOffset now, CancellationToken ct)
    {
        var contents = access.Catalogue.Read();
        if (contents.Server is { } known && known.System != facts.System) throw ArchiveTroubles.AnotherCluster(access.Settings.Directory, $"it was made for cluster {known.System}; this is {facts.System}");

        if (contents.Server != new Catalogue.Server(facts.System, facts.Version, facts.SegmentSize, access.Archive.Engine)) access.Catalogue.Add(new Catalogue.Server(facts.System, facts.Version, facts.SegmentSize, access.Archive.Engine));
        if (contents.Lives is not [.., var life] || life.Timeline != facts.Timeline)
        {
            var branch = await ArchiveSql.BranchAsync(source, facts.Timeline, ct);
            access.Catalogue.Add(new Catalogue.Life(now, facts.Timeline, branch?.Parent ?? 0, branch?.Branch ?? default));
        }

        return access.Catalogue.Read();
    }
}
