using System.Data.Common;
using Npgsql;

namespace Outpost.Platform.Postgres;

/// <summary>The results of several statements, each read once and in order.</summary>
public sealed class ResultSets
{
    private readonly NpgsqlDataReader _reader;
    private bool _first = true;

    internal ResultSets(NpgsqlDataReader reader) => _reader = reader;

    public async Task<T?> FirstAsync<T>(CancellationToken ct) where T : class => await Rows.FirstAsync<T>(await NextAsync(ct), ct);

    public async Task<T?> FirstAsync<T>(Func<DbDataReader, T> read, CancellationToken ct) where T : class
    {
        var reader = await NextAsync(ct);
        return await reader.ReadAsync(ct) ? read(reader) : null;
    }

    public async Task<List<T>> ListAsync<T>(CancellationToken ct) => await Rows.ListAsync<T>(await NextAsync(ct), ct);

    public async Task<List<T>> ListAsync<T>(Func<DbDataReader, T> read, CancellationToken ct)
    {
        var reader = await NextAsync(ct);
        var rows = new List<T>();
        while (await reader.ReadAsync(ct)) rows.Add(read(reader));
        return rows;
    }

    private async Task<NpgsqlDataReader> NextAsync(CancellationToken ct)
    {
        if (!_first && !await _reader.NextResultAsync(ct)) throw new InvalidOperationException("There are fewer statements than results asked for.");

        _first = false;
        return _reader;
    }
}
