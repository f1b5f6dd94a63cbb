using System.Globalization;
using Npgsql;

namespace Outpost.Platform.Migrations;

/// <summary>Every reason to stop migrating, with its fix.</summary>
internal static class MigrationFaults
{
    public static MigrationException BadName(string file) => Refused(
        $"{file} is no name for a migration. Fix: call it like 0007_invoice_numbers.sql (a number, then words in lower case joined by _); the way back ends in .down.sql.");

    public static MigrationException SameNumber(long version, string one, string other) => Refused(
        $"Two migrations have the number {version}: {one} and {other}. Fix: give the one that was added later the next free number.");

    public static MigrationException DownAlone(string name) => Refused(
        $"{name}.down.sql has no {name}.sql beside it. Fix: rename it after the migration it takes back, or delete it.");

    public static MigrationException GolangMigrate(string database, long? version, bool dirty) => Refused(
        $"The database {database} is kept by golang-migrate: its table schema_migrations has the columns version and dirty"
        + (version is null ? "." : string.Create(CultureInfo.InvariantCulture, $" and stands at version {version}{(dirty ? ", marked dirty" : "")}."))
        + " Nothing was changed. Fix: point DATABASE_URL to a database of its own for Outpost.");

    public static MigrationException ForeignJournal(string database, IEnumerable<string> columns) => Refused(
        $"The table schema_migrations of the database {database} was not made by Outpost: its columns are {string.Join(", ", columns)}. "
        + "Nothing was changed. Fix: point DATABASE_URL to a database of its own for Outpost.");

    public static string NotInThisBuild(AppliedMigration was, MigrationSet set)
    {
        var newest = set.Migrations.Count > 0 ? set.Migrations[^1] : null;
        return newest is null || was.Version > newest.Version
            ? $"The database is newer than this build: {was.Name} was applied by Outpost {was.ToolVersion}; this build (Outpost {Journal.ToolVersion}) ends at {newest?.Name ?? "nothing"}. "
                + $"Fix: run Outpost {was.ToolVersion} or newer, or restore a backup from before {was.Name}."
            : $"{was.Name} was applied to the database but is not in this build. Fix: run a build that contains {was.Name}.sql.";
    }

    public static string Changed(Migration now, AppliedMigration was) =>
        string.Create(CultureInfo.InvariantCulture, $"{now.File} was changed after it was applied on {was.AppliedAt:yyyy-MM-dd HH:mm} UTC: applied {was.Checksum}, in this build {now.Checksum}. ")
        + "Fix: put the file back as it was, and make the change in a new migration.";

    public static string OutOfOrder(Migration pending, AppliedMigration newest) =>
        $"{pending.File} is not applied, but the newer {newest.Name} is. Fix: give it a number above {newest.Version}.";

    public static MigrationException DoNotFit(IReadOnlyList<string> faults) => Refused(string.Join(Environment.NewLine, faults));

    public static MigrationException Behind(string system, MigrationStatus status) => Refused(string.Create(CultureInfo.InvariantCulture,
        $"The database of {system} stands at {status.Current?.Name ?? "nothing"}; {status.Pending.Count} migrations are pending, up to {status.Pending[^1].Name}. Fix: outpost migrate up --system {system}"));

    public static MigrationException OwnTransaction(string file, int line, string word) => Refused(
        $"{file}:{line} says {word}, but a migration already is one transaction. "
        + $"Fix: remove it, or make '{Migration.NoTransactionMark}' the first line when no transaction is wanted.");

    public static MigrationException Statement(string file, (int Line, int Column) place, PostgresException cause, string undone) => Failed(
        $"{file}:{place.Line}:{place.Column} failed: {cause.MessageText} (SQLSTATE {cause.SqlState}{(cause.Hint is null ? "" : $"; hint: {cause.Hint}")}). {undone}", cause);

    public static MigrationException LockTimeout(string file, (int Line, int Column) place, TimeSpan waited, string? blocker, string undone, Exception cause) => new(
        MigrationFault.Locked,
        $"{file}:{place.Line}:{place.Column} waited {Seconds(waited)} for a lock{(blocker is null ? "" : $" held by {blocker}")}. {undone} "
        + "Fix: let that transaction end, or end it with: select pg_terminate_backend(<pid>); then run the migrations again.", cause);

    public static MigrationException Interrupted(string doing, string undone, NpgsqlException cause) => Failed(
        $"The connection to PostgreSQL was lost while {doing}: {Why(cause)} {undone} Fix: see that the server runs, then run the migrations again.", cause);

    public static MigrationException Unreachable(NpgsqlConnectionStringBuilder to, Exception cause) => Failed(
        $"Cannot connect to the database {to.Database} on {to.Host}:{to.Port} as {to.Username}: {Why(cause)} Fix: see that the server runs and that the database URL is right.", cause);

    public static MigrationException TurnNotCome(TimeSpan waited, string holder) => new(MigrationFault.Locked,
        $"Another process has been migrating this database for more than {Seconds(waited)}: {holder}. Nothing was changed. Fix: wait for it to end, then try again.");

    public static MigrationException NothingToTakeBack(string database) => Refused($"No migration is applied to {database}. Nothing was changed.");

    public static MigrationException NoWayBack(Migration migration) => Refused(
        $"{migration.Name} cannot be taken back: it has no {migration.DownFile}. Nothing was changed. Fix: restore a backup from before it was applied.");

    public static MigrationException Moved(string expected, string? found) => Refused(
        $"The newest applied migration is {found ?? "none"}, no longer {expected}. Nothing was changed. Fix: look again with: outpost migrate status.");

    public static MigrationException NoSuchMigration(string name, MigrationSet set) => Refused(
        $"This build has no migration {name}. Fix: name one of {(set.Migrations.Count == 0 ? "none" : string.Join(", ", set.Migrations.Select(m => m.Name)))}.");

    public static MigrationException StampBack(Migration to, AppliedMigration current) => Refused(
        $"{to.Name} is older than {current.Name}, which is applied. Nothing was changed. Fix: take migrations back with: outpost migrate down.");

    public static MigrationException NotThere(Migration stamp, IReadOnlyList<SchemaObject> missing) => Refused(
        $"The database does not look as if {stamp.Name} had been applied: {string.Join(", ", missing.Take(10))}{(missing.Count > 10 ? $" and {missing.Count - 10} more" : "")} "
        + $"{(missing.Count == 1 ? "is" : "are")} missing. Nothing was changed. Fix: apply it with: outpost migrate up.");

    public static MigrationException NothingToSee(Migration stamp) => Refused(
        $"Whether {stamp.Name} was applied cannot be seen: it makes no table, column, index, view, type or function. Nothing was changed. Fix: look for yourself, then stamp with --force.");

    /// <summary>The cause as one sentence. PostgreSQL's own words hold no value of a row; its details may, and are left out.</summary>
    private static string Why(Exception cause)
    {
        var message = cause switch
        {
            PostgresException answer => $"{answer.MessageText} (SQLSTATE {answer.SqlState})",
            { InnerException: { } inner } => inner.Message,
            _ => cause.Message,
        };
        return message.EndsWith('.') ? message : message + ".";
    }

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.#} s");

    private static MigrationException Refused(string message) => new(MigrationFault.Refused, message);

    private static MigrationException Failed(string message, Exception cause) => new(MigrationFault.Failed, message, cause);
}
