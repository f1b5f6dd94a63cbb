using Outpost.Platform.Postgres.Embedded;

namespace Outpost.Operator.Archive;

/// <summary>
/// Keeps copies of a cluster and its write-ahead log. Whatever it is made of: a backup that is listed is whole, and what is fetched is checked against
/// the sums taken when it was made.
/// </summary>
internal interface IPhysicalArchive
{
    /// <summary>As <c>ARCHIVE</c> names it.</summary>
    string Engine { get; }

    /// <summary>What the server must be set to.</summary>
    WalShipping Shipping { get; }

    /// <summary>The command with which PostgreSQL fetches a segment, with <c>%f</c> and <c>%p</c>.</summary>
    /// <param name="directory">The data directory of the server that fetches.</param>
    /// <param name="scratch">A directory that the fetching server may use for itself.</param>
    string RestoreCommand(string directory, string scratch);

    /// <summary>Makes the archive ready for this server, which must run; again and again without harm.</summary>
    /// <exception cref="Platform.Processes.TroubleException">The archive is another cluster's, or cannot be written.</exception>
    Task PrepareAsync(ClusterFacts facts, CancellationToken ct);

    /// <summary>Returns when everything that the backup needs, its log included, is in the archive and was looked at there.</summary>
    Task<BaseBackup> BackupAsync(BackupKind kind, CancellationToken ct);

    /// <summary>Oldest first. Needs no server.</summary>
    Task<IReadOnlyList<BaseBackup>> BackupsAsync(CancellationToken ct);

    /// <summary>The complete segments. Needs no server.</summary>
    Task<IReadOnlyList<WalSegment>> SegmentsAsync(int segmentSize, CancellationToken ct);

    /// <summary>Reads everything again.</summary>
    /// <returns>What is wrong; nothing when all is well.</returns>
    Task<IReadOnlyList<string>> VerifyAsync(Catalogue.Contents catalogue, CancellationToken ct);

    /// <summary>Puts a backup's files into a directory, checked.</summary>
    /// <param name="into">Empty and owned by the user that runs PostgreSQL; or, with <paramref name="delta"/>, an older copy of the same cluster.</param>
    /// <exception cref="Platform.Processes.TroubleException">It is damaged.</exception>
    Task FetchAsync(BaseBackup backup, string into, bool delta, CancellationToken ct);

    /// <summary>Removes what is older than the archive is to keep.</summary>
    Task PruneAsync(CancellationToken ct);
}

/// <summary>What a running cluster says of itself.</summary>
/// <param name="System">The number it was given when it was made.</param>
/// <param name="SegmentSize">Bytes of a segment of its log.</param>
internal sealed record ClusterFacts(string System, int Version, int SegmentSize, uint Timeline);
