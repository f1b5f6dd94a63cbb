using Outpost.Platform.Configuration;
using Lsn = NpgsqlTypes.NpgsqlLogSequenceNumber;

namespace Outpost.Operator.Archive.Recovery;

/// <summary>A service's database and how the service signs in to it.</summary>
internal sealed record ServiceLogin(string System, string UrlKey, PostgresUrl Url);

/// <summary>A cluster that was brought back beside the one it may replace: recovered, looked at, and stopped.</summary>
/// <param name="Directory">Its files.</param>
/// <param name="End">Where its log ends.</param>
/// <param name="Newest">The newest heartbeat that came back.</param>
/// <param name="LastWritten">The newest that was ever written, as far as is known.</param>
internal sealed record RestoredCluster(
    string Id, string Directory, RecoveryPlan Plan, uint Timeline, Lsn End, Beat? Newest, Beat? LastWritten, IReadOnlyList<RestoredCluster.Database> Databases, RestoredCluster.Took Times)
{
    /// <summary>Rows of each table as they came back, counted.</summary>
    internal sealed record Database(string System, string Name, IReadOnlyDictionary<string, long> Rows);

    internal sealed record Took(double FetchSeconds, double ReplaySeconds, double ValidateSeconds, double TotalSeconds, long Bytes);

    /// <summary>How much work was lost: from the newest heartbeat that came back to the last that was written. Null when nobody measured.</summary>
    public TimeSpan? Loss => LastWritten is { } last && Newest is { } newest ? (last.At > newest.At ? last.At - newest.At : TimeSpan.Zero) : null;
}
