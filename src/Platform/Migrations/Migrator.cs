using System.Globalization;
using Npgsql;

namespace Outpost.Platform.Migrations;

/// <summary>
/// Brings a database to the schema of this build. Any number of processes may try at once: they take turns, and each migration is applied once.
/// Every method throws <see cref="MigrationException"/> with the cause and the fix.
/// </summary>
/// <param name="owner">Connections of the role that owns the tables. To look only (<see cref="StatusAsync"/>), the app role's will do.</param>
/// <param name="set">What this build knows.</param>
/// <param name="say">Told what goes on, a line at a time, for a person to read.</param>
/// <param name="clock">Measures waiting and duration; the system's when null.</param>
public sealed class Migrator(NpgsqlDataSource owner, MigrationSet set, Action<string>? say = null, TimeProvider? clock = null)
{
    private readonly TimeProvider _clock = clock ?? TimeProvider.System;

    /// <summary>
    /// How long a statement may wait for a lock. Everybody else who wants the table queues up behind the wait, so it must not be long.
    /// </summary>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long to wait for another process that is migrating.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Applies what is pending. Stops at the first failure; what was applied before it stays applied.</summary>
    /// <returns>What was applied, in order; empty when the schema was up to date.</returns>
    public async Task<IReadOnlyList<Migration>> UpAsync(CancellationToken ct)
    {
        await using var connection = await ConnectAsync(ct);
        return await InTurnAsync(connection, async () =>
        {
            var status = await FittingAsync(connection, ct);
            if (status.Pending.Count == 0) return status.Pending;

            await Journal.CreateAsync(connection, set.Journal, ct);
            foreach (var migration in status.Pending)
            {
                say?.Invoke($"Applying {migration.File} ...");
                await RunAsync(connection, migration.File, migration.Text, duration => Journal.AddAsync(connection, set.Journal, migration, duration, ct), ct);
            }

            return status.Pending;
        }, ct);
    }

    /// <summary>How the database stands to this build. Changes nothing and takes no turn.</summary>
    public async Task<MigrationStatus> StatusAsync(CancellationToken ct)
    {
        await using var connection = await ConnectAsync(ct);
        return await LookingAsync(async () => MigrationStatus.Of(set, await Journal.ReadAsync(connection, set.Journal, ct)));
    }

    /// <summary>What was applied, oldest first.</summary>
    public async Task<IReadOnlyList<AppliedMigration>> HistoryAsync(CancellationToken ct) => (await StatusAsync(ct)).Applied;

    /// <summary>
    /// Everything that speaks against the schema being what the journal says: changed, missing and unordered migrations, objects that are
    /// not there, indexes that a broken concurrent build left invalid. Empty when all is well; pending migrations are no fault.
    /// </summary>
    public async Task<IReadOnlyList<string>> VerifyAsync(CancellationToken ct)
    {
        await using var connection = await ConnectAsync(ct);
        return await LookingAsync<IReadOnlyList<string>>(async () =>
        {
            var status = MigrationStatus.Of(set, await Journal.ReadAsync(connection, set.Journal, ct));
            var applied = status.Applied.Select(a => a.Version).ToHashSet();
            var expected = SchemaObjects.After(set.Migrations.Where(m => applied.Contains(m.Version)));
            var missing = await SchemaObjects.MissingAsync(connection, expected, ct);
            var invalid = await InvalidIndexesAsync(connection, ct);
            return
            [
                .. status.Faults,
                .. missing.Select(o => $"The {o} is missing although the migration that makes it is applied. Fix: restore a backup, or make it again by hand as its migration says."),
                .. invalid.Select(i => $"The index {i} is invalid: building it was interrupted, and no query uses it. Fix: drop index concurrently {i}; then create it again."),
            ];
        });
    }

    /// <summary>What <see cref="DownAsync"/> would take back: the newest migration, and its statements on one line each.</summary>
    public async Task<(Migration Migration, IReadOnlyList<string> Statements)> DownPlanAsync(CancellationToken ct)
    {
        await using var connection = await ConnectAsync(ct);
        return await LookingAsync(async () =>
        {
            var newest = Newest(await FittingAsync(connection, ct), connection.Database);
            return (newest, (IReadOnlyList<string>)[.. SqlScript.Split(newest.Down!).Select(s => s.Plain)]);
        });
    }

    /// <summary>Takes the newest migration back, which must be the one that was agreed on.</summary>
    public async Task DownAsync(Migration agreed, CancellationToken ct)
    {
        await using var connection = await ConnectAsync(ct);
        await InTurnAsync(connection, async () =>
        {
            var newest = Newest(await FittingAsync(connection, ct), connection.Database);
            if (newest.Version != agreed.Version) throw MigrationFaults.Moved(agreed.Name, newest.Name);

            say?.Invoke($"Applying {newest.DownFile} ...");
            await RunAsync(connection, newest.DownFile, newest.Down!, _ => Journal.RemoveAsync(connection, set.Journal, newest.Version, ct), ct);
            return newest;
        }, ct);
    }

    /// <summary>
    /// Notes migrations up to and including one as applied without running them: for a database that got its schema by another way, such as
    /// a dump. Refuses unless the objects they make are there.
    /// </summary>
    /// <param name="name">The migration's name or number.</param>
    /// <param name="force">Notes it whatever the schema looks like.</param>
    /// <returns>What was noted; empty when all of it was noted already.</returns>
    public async Task<IReadOnlyList<Migration>> StampAsync(string name, bool force, CancellationToken ct)
    {
        var target = Find(name);
        await using var connection = await ConnectAsync(ct);
        return await InTurnAsync(connection, async () =>
        {
            var status = await FittingAsync(connection, ct);
            if (status.Current is { } current && current.Version > target.Version) throw MigrationFaults.StampBack(target, current);

            var noted = status.Pending.Where(m => m.Version <= target.Version).ToArray();
            if (noted.Length == 0) return noted;
            if (!force) await RequireObjectsAsync(connection, target, ct);

            await using var transaction = await connection.BeginTransactionAsync(ct);
            await Journal.CreateAsync(connection, set.Journal, ct);
            foreach (var migration in noted) await Journal.AddAsync(connection, set.Journal, migration, TimeSpan.Zero, ct);
            await transaction.CommitAsync(ct);
            return noted;
        }, ct);
    }

    /// <exception cref="MigrationException">This build has no migration of that name or number.</exception>
    public Migration Find(string name) =>
        set.Migrations.FirstOrDefault(m => m.Name == name || m.File == name || (long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var v) && v == m.Version))
        ?? throw MigrationFaults.NoSuchMigration(name, set);

    private async Task<NpgsqlConnection> ConnectAsync(CancellationToken ct)
    {
        try
        {
            return await owner.OpenConnectionAsync(ct);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or System.Net.Sockets.SocketException)
        {
            throw MigrationFaults.Unreachable(new(owner.ConnectionString), e);
        }
    }

    private async Task<T> InTurnAsync<T>(NpgsqlConnection connection, Func<Task<T>> work, CancellationToken ct)
    {
        try
        {
            await using var turn = await Turn.TakeAsync(connection, Patience, _clock, say, ct);
            return await work();
        }
        catch (NpgsqlException e)
        {
            throw MigrationFaults.Interrupted("looking at the database", "", e);
        }
    }

    private static async Task<T> LookingAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (NpgsqlException e)
        {
            throw MigrationFaults.Interrupted("looking at the database", "", e);
        }
    }

    private async Task<MigrationStatus> FittingAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        var status = MigrationStatus.Of(set, await Journal.ReadAsync(connection, set.Journal, ct));
        return status.Faults.Count == 0 ? status : throw MigrationFaults.DoNotFit(status.Faults);
    }

    private Migration Newest(MigrationStatus status, string database)
    {
        var newest = status.Current is { } current ? set.Migrations.First(m => m.Version == current.Version) : throw MigrationFaults.NothingToTakeBack(database);
        return newest.Down is null ? throw MigrationFaults.NoWayBack(newest) : newest;
    }

    private async Task RunAsync(NpgsqlConnection connection, string file, string text, Func<TimeSpan, Task> note, CancellationToken ct)
    {
        await using var blockers = new Blockers(owner, connection.ProcessID, LockTimeout, _clock, say);
        await new MigrationRun(connection, file, text, LockTimeout, blockers, _clock).RunAsync(note, ct);
    }

    private async Task RequireObjectsAsync(NpgsqlConnection connection, Migration target, CancellationToken ct)
    {
        var expected = SchemaObjects.After(set.Migrations.Where(m => m.Version <= target.Version));
        if (expected.Count == 0) throw MigrationFaults.NothingToSee(target);

        var missing = await SchemaObjects.MissingAsync(connection, expected, ct);
        if (missing.Count > 0) throw MigrationFaults.NotThere(target, missing);
    }

    private static async Task<IReadOnlyList<string>> InvalidIndexesAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = Journal.Unhurried(connection, "select indexrelid::regclass::text from pg_index where not indisvalid order by 1");
        await using var reader = await command.ExecuteReaderAsync(ct);
        var found = new List<string>();
        while (await reader.ReadAsync(ct)) found.Add(reader.GetString(0));
        return found;
    }
}
