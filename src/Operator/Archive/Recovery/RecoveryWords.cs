using System.Globalization;
using Outpost.Operator.Commands;

namespace Outpost.Operator.Archive.Recovery;

/// <summary>What a restore from the archive says when it is done.</summary>
internal static class RecoveryWords
{
    internal sealed record Report(
        string Target, string Backup, string Directory, string? Kept, uint Timeline, string End, DateTimeOffset? NewestHeartbeat, double? LostSeconds, double FetchSeconds, double ReplaySeconds, double ValidateSeconds,
        double TotalSeconds, long Bytes, IReadOnlyList<RestoredCluster.Database> Databases);

    public static void Write(RestoredCluster restored, string? kept, bool json, TextWriter to)
    {
        if (json)
        {
            to.WriteLine(CommandJson.Of(Of(restored, kept)));
            return;
        }

        foreach (var database in restored.Databases)
        {
            var shown = database.Rows.Where(table => table.Value > 0).OrderByDescending(table => table.Value).Take(8).Select(table => $"{table.Key}={table.Value}");
            to.WriteLine($"{database.Name}: {database.Rows.Count} tables, service signs in, row-level security holds; rows {string.Join(", ", shown)}");
        }

        to.WriteLine(restored.Loss is { } loss
            ? Text($"Lost: {loss.TotalSeconds:0.0} s of work, from {ArchiveWords.Instant(restored.Newest!.At)} to {ArchiveWords.Instant(restored.LastWritten!.At)}")
            : "Lost: not known, because nothing had measured it");
        to.WriteLine(Text($"Restored {restored.Plan.Target} from {restored.Plan.Base.Label} in {restored.Times.TotalSeconds:0.0} s: files {restored.Times.FetchSeconds:0.0}, log {restored.Times.ReplaySeconds:0.0}, checks {restored.Times.ValidateSeconds:0.0}; timeline {restored.Timeline}, log to {restored.End}"));
        if (kept is not null) to.WriteLine($"What was there before is kept in {kept} until: outpost restore confirm; take it back with: outpost restore undo");
    }

    public static Report Of(RestoredCluster restored, string? kept) => new(
        restored.Plan.Target.ToString(), restored.Plan.Base.Label, restored.Directory, kept, restored.Timeline, restored.End.ToString(), restored.Newest?.At, restored.Loss?.TotalSeconds, restored.Times.FetchSeconds,
        restored.Times.ReplaySeconds, restored.Times.ValidateSeconds, restored.Times.TotalSeconds, restored.Times.Bytes, restored.Databases);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
