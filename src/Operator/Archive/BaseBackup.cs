using Lsn = NpgsqlTypes.NpgsqlLogSequenceNumber;

namespace Outpost.Operator.Archive;

/// <summary>How much of the cluster a backup copies: all of it, or what changed since an earlier one that it then needs.</summary>
internal enum BackupKind
{
    Full,
    Differential,
    Incremental,
}

/// <summary>A physical copy of a cluster. With the log from <see cref="Start"/> on it can be brought to any instant after <see cref="StoppedAt"/>.</summary>
/// <param name="Label">Its name in the archive.</param>
/// <param name="Bytes">Of the cluster as it was.</param>
/// <param name="Stored">Bytes in the archive that this backup added.</param>
/// <param name="Faulty">Whether pages of the cluster were found damaged while it was copied.</param>
internal sealed record BaseBackup(
    string Label, BackupKind Kind, DateTimeOffset StartedAt, DateTimeOffset StoppedAt, uint Timeline, Lsn Start, Lsn Stop, long Bytes, long Stored, bool Faulty);
