namespace Outpost.Platform.Postgres.Embedded;

/// <summary>How a cluster hands its write-ahead log on, so that it can be recovered when its directory is lost.</summary>
/// <param name="Command">What PostgreSQL runs for each finished segment; null when none is archived that way.</param>
/// <param name="Timeout">After how long a segment that is not full is finished nevertheless.</param>
/// <param name="Synchronous">Whose acknowledgement each commit waits for, as <c>synchronous_standby_names</c>; null when none does.</param>
/// <param name="LargestBacklog">How much log is kept for a receiver that does not fetch it. In megabytes.</param>
public sealed record WalShipping(string? Command, TimeSpan Timeout, string? Synchronous, int LargestBacklog)
{
    public const int UsualBacklog = 1024;
}
