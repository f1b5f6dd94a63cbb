using System.Globalization;
using Npgsql;

namespace Outpost.Platform.Migrations;

/// <summary>One file on its way into the database: in one transaction, or statement by statement when its first line says so.</summary>
internal sealed class MigrationRun(NpgsqlConnection connection, string file, string text, TimeSpan lockTimeout, Blockers blockers, TimeProvider clock)
{
    private readonly bool _inTransaction = Migration.InTransaction(text);
    private readonly IReadOnlyList<SqlStatement> _statements = SqlScript.Split(text);

    private string Undone => _inTransaction
        ? "Nothing of it was kept."
        : "It runs without a transaction, so its statements before this one were kept; an index that was being built may be left invalid.";

    /// <param name="note">Writes the journal, in the file's transaction if it has one; told how long the file took.</param>
    public async Task RunAsync(Func<TimeSpan, Task> note, CancellationToken ct)
    {
        if (_inTransaction) RefuseOwnTransaction();

        var started = clock.GetTimestamp();
        try
        {
            // A file before this one may have left settings behind.
            await ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"reset all; reset role; set lock_timeout = {(long)lockTimeout.TotalMilliseconds}"), ct);
            await using var transaction = _inTransaction ? await connection.BeginTransactionAsync(ct) : null;
            foreach (var statement in _statements) await ApplyAsync(statement, ct);
            await ExecuteAsync("reset role", ct);
            await note(clock.GetElapsedTime(started));
            if (transaction is not null) await CommitAsync(transaction, ct);
        }
        catch (NpgsqlException e) when (e is not PostgresException || connection.FullState != System.Data.ConnectionState.Open)
        {
            throw MigrationFaults.Interrupted($"applying {file}", Undone, e);
        }
    }

    private async Task ApplyAsync(SqlStatement statement, CancellationToken ct)
    {
        try
        {
            await ExecuteAsync(statement.HasBody ? Whole(statement.Text) : statement.Text, ct);
        }
        catch (PostgresException e) when (connection.FullState == System.Data.ConnectionState.Open && e.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            throw MigrationFaults.LockTimeout(file, PlaceOf(statement, e), lockTimeout, blockers.Last, Undone, e);
        }
        catch (PostgresException e) when (connection.FullState == System.Data.ConnectionState.Open)
        {
            throw MigrationFaults.Statement(file, PlaceOf(statement, e), e, Undone);
        }
    }

    private async Task CommitAsync(NpgsqlTransaction transaction, CancellationToken ct)
    {
        try
        {
            await transaction.CommitAsync(ct);
        }
        catch (PostgresException e) when (connection.FullState == System.Data.ConnectionState.Open)
        {
            // A deferred constraint is checked only now; no single statement is to blame.
            throw MigrationFaults.Statement(file, SqlScript.Place(text, text.TrimEnd().Length, 0), e, Undone);
        }
    }

    // The driver cuts at every semicolon it does not understand; inside a string it leaves them alone.
    private static string Whole(string statement) => $"do $outpost_do$ begin execute $outpost_statement${statement}$outpost_statement$; end $outpost_do$";

    private (int Line, int Column) PlaceOf(SqlStatement statement, PostgresException e) =>
        SqlScript.Place(text, statement.Start, statement.HasBody ? e.InternalPosition : e.Position);

    private void RefuseOwnTransaction()
    {
        foreach (var statement in _statements)
        {
            var word = statement.FirstWord;
            var ends = word is "begin" or "commit" or "end" or "abort"
                || (word == "start" && statement.Plain.StartsWith("start transaction", StringComparison.OrdinalIgnoreCase))
                || (word == "rollback" && !statement.Plain.Contains(" to ", StringComparison.OrdinalIgnoreCase));
            if (ends) throw MigrationFaults.OwnTransaction(file, SqlScript.Place(text, statement.Start, 0).Line, word.ToUpperInvariant());
        }
    }

    private async Task ExecuteAsync(string sql, CancellationToken ct)
    {
        await using var command = Journal.Unhurried(connection, sql);
        await command.ExecuteNonQueryAsync(ct);
    }
}
