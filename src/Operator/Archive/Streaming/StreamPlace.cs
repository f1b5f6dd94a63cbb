using System.Globalization;

namespace Outpost.Operator.Archive.Streaming;

/// <summary>Where the copies of PostgreSQL's own tools lie.</summary>
internal sealed record StreamPlace(string Directory)
{
    public string Bases => Path.Combine(Directory, "bases");

    public string Log => Path.Combine(Directory, "wal");

    /// <summary>
    /// Where the receiver writes. Each timeline has a directory of its own, and a new one after a gap: the receiver goes on where the newest file of its
    /// directory ends, and must not take another history's for it.
    /// </summary>
    public string LogOf(uint timeline) => Runs().LastOrDefault(run => Path.GetFileName(run).StartsWith(Name(timeline), StringComparison.Ordinal)) ?? Path.Combine(Log, Name(timeline));

    /// <summary>Where the receiver goes on after log was lost.</summary>
    public string AfterGap(uint timeline, DateTimeOffset now) => Path.Combine(Log, $"{Name(timeline)}-{now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss", CultureInfo.InvariantCulture)}");

    /// <summary>Everything of the log that is there, oldest timeline first.</summary>
    public IEnumerable<string> Runs() => System.IO.Directory.Exists(Log) ? System.IO.Directory.EnumerateDirectories(Log).Order(StringComparer.Ordinal) : [];

    private static string Name(uint timeline) => timeline.ToString("X8", CultureInfo.InvariantCulture);
}
