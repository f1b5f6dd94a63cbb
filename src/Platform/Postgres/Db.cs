using System.Data.Common;
using Npgsql;

namespace Outpost.Platform.Postgres;

/// <summary>
/// One unit of work: a connection with an open transaction that runs for one tenant. Nothing is kept unless <see cref="CommitAsync"/> runs.
/// The transaction opens with the first statement, in the same round trip.
/// </summary>
/// <param name="source">The app role's connections.</param>
/// <param name="tenant">Null before anyone is signed in: row-level security then shows no row of any tenant.</param>
public sealed class Db(NpgsqlDataSource source, Tenant? tenant) : IAsyncDisposable
{
    private NpgsqlConnection? _connection;
    private NpgsqlTransaction? _transaction;

    /// <summary>The first row, or null. Columns map by name to the constructor of <typeparamref name="T"/>.</summary>
    public Task<T?> FirstAsync<T>(Sql sql, CancellationToken ct) where T : class => RunAsync(sql, Rows.FirstAsync<T>, ct);

    public Task<T?> FirstAsync<T>(Sql sql, Func<DbDataReader, T> read, CancellationToken ct) where T : class =>
        RunAsync(sql, async (reader, token) => await reader.ReadAsync(token) ? read(reader) : null, ct);

    public Task<List<T>> ListAsync<T>(Sql sql, CancellationToken ct) => RunAsync(sql, Rows.ListAsync<T>, ct);

    public Task<List<T>> ListAsync<T>(Sql sql, Func<DbDataReader, T> read, CancellationToken ct) => RunAsync(sql, async (reader, token) =>
    {
        var rows = new List<T>();
        while (await reader.ReadAsync(token)) rows.Add(read(reader));
        return rows;
    }, ct);

    /// <summary>The first column of the first row; the default when there is no row or it is null.</summary>
    public Task<T?> ValueAsync<T>(Sql sql, CancellationToken ct) => RunAsync(sql, Rows.ValueAsync<T>, ct);

    /// <summary>Several statements in one round trip.</summary>
    public Task<T> ReadAsync<T>(Sql[] statements, Func<ResultSets, CancellationToken, Task<T>> read, CancellationToken ct) =>
        RunAsync(statements, (reader, token) => read(new(reader), token), ct);

    /// <returns>How many rows were written.</returns>
    public Task<int> RunAsync(Sql sql, CancellationToken ct) => RunAsync(sql, static (reader, _) => Task.FromResult(reader.RecordsAffected), ct);

    /// <summary>Makes everything since the first statement durable.</summary>
    public async Task CommitAsync(CancellationToken ct)
    {
        if (_transaction is null) return;

        await _transaction.CommitAsync(ct);
        await DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_transaction is not null) await _transaction.DisposeAsync();
        if (_connection is not null) await _connection.DisposeAsync();
        (_transaction, _connection) = (null, null);
    }

    private Task<T> RunAsync<T>(Sql sql, Func<NpgsqlDataReader, CancellationToken, Task<T>> read, CancellationToken ct) => RunAsync([sql], read, ct);

    private async Task<T> RunAsync<T>(Sql[] statements, Func<NpgsqlDataReader, CancellationToken, Task<T>> read, CancellationToken ct)
    {
        var opening = _transaction is null;
        _connection ??= await source.OpenConnectionAsync(ct);
        _transaction ??= await _connection.BeginTransactionAsync(ct);

        await using var batch = new NpgsqlBatch(_connection, _transaction);
        if (opening && tenant is not null) batch.BatchCommands.Add(tenant.Settings().ToBatchCommand());
        foreach (var sql in statements) batch.BatchCommands.Add(sql.ToBatchCommand());

        await using var reader = await batch.ExecuteReaderAsync(ct);
        if (opening && tenant is not null) await reader.NextResultAsync(ct);
        var result = await read(reader, ct);

        // An error of a statement that returns no rows is reported when the rest of the answer is read.
        while (await reader.NextResultAsync(ct)) { }
        return result;
    }
}
