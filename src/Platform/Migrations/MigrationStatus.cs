namespace Outpost.Platform.Migrations;

/// <summary>How a database stands to a build.</summary>
/// <param name="Applied">What the database has seen, by number.</param>
/// <param name="Pending">What the build would apply, in order.</param>
/// <param name="Faults">Why the build must not touch the database, each with its fix; empty when the two fit together.</param>
public sealed record MigrationStatus(IReadOnlyList<AppliedMigration> Applied, IReadOnlyList<Migration> Pending, IReadOnlyList<string> Faults)
{
    /// <summary>The newest migration that was applied; null for an empty database.</summary>
    public AppliedMigration? Current => Applied.Count > 0 ? Applied[^1] : null;

    /// <summary>The schema is the one this build was made for.</summary>
    public bool UpToDate => Pending.Count == 0 && Faults.Count == 0;

    internal static MigrationStatus Of(MigrationSet set, IReadOnlyList<AppliedMigration> applied)
    {
        var known = set.Migrations.ToDictionary(m => m.Version);
        var seen = applied.Select(a => a.Version).ToHashSet();
        var newest = applied.Count > 0 ? applied[^1] : null;
        var faults = new List<string>();
        foreach (var was in applied)
        {
            if (!known.TryGetValue(was.Version, out var now)) faults.Add(MigrationFaults.NotInThisBuild(was, set));
            else if (now.Checksum != was.Checksum) faults.Add(MigrationFaults.Changed(now, was));
        }

        var pending = set.Migrations.Where(m => !seen.Contains(m.Version)).ToArray();
        faults.AddRange(pending.Where(m => newest is not null && m.Version < newest.Version).Select(m => MigrationFaults.OutOfOrder(m, newest!)));
        return new(applied, pending, faults);
    }
}
