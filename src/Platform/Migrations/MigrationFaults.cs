namespace Outpost.Platform.Migrations;

/// <summary>Every reason to stop migrating, with its fix.</summary>
internal static class MigrationFaults
{
    public static MigrationException BadName(string file) => new(MigrationFault.Refused,
        $"{file} is no name for a migration. Fix: call it like 0007_invoice_numbers.sql (a number, then words in lower case joined by _); the way back ends in .down.sql.");

    public static MigrationException SameNumber(long version, string one, string other) => new(MigrationFault.Refused,
        $"Two migrations have the number {version}: {one} and {other}. Fix: give the one that was added later the next free number.");

    public static MigrationException DownAlone(string name) => new(MigrationFault.Refused,
        $"{name}.down.sql has no {name}.sql beside it. Fix: rename it after the migration it takes back, or delete it.");
}
