using System.Globalization;
using Lsn = NpgsqlTypes.NpgsqlLogSequenceNumber;

namespace Outpost.Operator.Archive;

/// <summary>PostgreSQL's history files: each line names a timeline and where the next one left it.</summary>
internal static class Timelines
{
    /// <returns>The timeline that was left last, and where; null when the text names none.</returns>
    public static (uint Parent, Lsn Branch)? LastBranch(string? history)
    {
        var line = (history ?? "").Split('\n').LastOrDefault(l => l.Length > 0 && char.IsAsciiDigit(l.TrimStart()[..1].FirstOrDefault()));
        return line?.Split('\t', StringSplitOptions.TrimEntries) is [var parent, var position, ..]
            && uint.TryParse(parent, NumberStyles.None, CultureInfo.InvariantCulture, out var timeline) && Lsn.TryParse(position, out var branch)
                ? (timeline, branch)
                : null;
    }
}
