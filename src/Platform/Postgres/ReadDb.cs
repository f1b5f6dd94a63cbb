using Npgsql;

namespace Outpost.Platform.Postgres;

/// <summary>
/// Looks things up for one tenant. Each call is its own short transaction in a single round trip, so a screen that only reads
/// holds no connection while it thinks.
/// </summary>
public sealed class ReadDb(NpgsqlDataSource source, Tenant? tenant)
{
    /// <summary>The first row, or null. Columns map by name to the constructor of <typeparamref name="T"/>.</summary>
    public Task<T?> FirstAsync<T>(Sql sql, CancellationToken ct) where T : class => RunAsync([sql], Rows.FirstAsync<T>, ct);

    public Task<List<T>> ListAsync<T>(Sql sql, CancellationToken ct) => RunAsync([sql], Rows.ListAsync<T>, ct);

    public Task<T?> ValueAsync<T>(Sql sql, CancellationToken ct) => RunAsync([sql], Rows.ValueAsync<T>, ct);

    /// <summary>One page and the number of all rows, seen at the same instant.</summary>
    public Task<(List<T> Rows, long Total)> PageAsync<T>(Sql page, Sql count, CancellationToken ct) => RunAsync([page, count], async (reader, token) =>
    {
        var rows = await Rows.ListAsync<T>(reader, token);
        await reader.NextResultAsync(token);
        return (rows, await Rows.ValueAsync<long>(reader, token));
    }, ct);

    /// <summary>
    /// One page of what a search found, whose last column is the number of all that it found: they were all looked at already, and need not be once more to be
    /// counted. Only behind the last page, where no row says it, are they counted by themselves.
    /// </summary>
    public async Task<(List<T> Rows, long Total)> FoundAsync<T>(Sql page, Sql count, CancellationToken ct)
    {
        var found = await RunAsync([page], Rows.CountedAsync<T>, ct);
        return found.Rows.Count > 0 ? found : (found.Rows, await ValueAsync<long>(count, ct));
    }

    /// <summary>Several statements in one round trip, seen at the same instant: all that a screen shows.</summary>
    public Task<T> ReadAsync<T>(Sql[] statements, Func<ResultSets, CancellationToken, Task<T>> read, CancellationToken ct) =>
        RunAsync(statements, (reader, token) => read(new(reader), token), ct);

    private async Task<T> RunAsync<T>(Sql[] statements, Func<NpgsqlDataReader, CancellationToken, Task<T>> read, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        // Statements of one batch without BEGIN share an implicit transaction: the local settings hold to its end and no further.
        await using var batch = new NpgsqlBatch(connection);
        if (tenant is not null) batch.BatchCommands.Add(tenant.Settings().ToBatchCommand());
        foreach (var sql in statements) batch.BatchCommands.Add(sql.ToBatchCommand());

        await using var reader = await batch.ExecuteReaderAsync(ct);
        if (tenant is not null) await reader.NextResultAsync(ct);
        return await read(reader, ct);
    }
}
