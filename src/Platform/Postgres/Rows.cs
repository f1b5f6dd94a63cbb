using System.Data;
using Dapper;
using Npgsql;
using Outpost.Kernel;

namespace Outpost.Platform.Postgres;

/// <summary>Turns rows into records: Dapper's mapping, told how the Kernel's words stand in a column.</summary>
internal static class Rows
{
    static Rows()
    {
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        SqlMapper.AddTypeHandler(new Instant());
        SqlMapper.AddTypeHandler(new Cents());
        SqlMapper.AddTypeHandler(new Rate());
        SqlMapper.AddTypeHandler(new Amount());
        SqlMapper.AddTypeHandler(new Price());
        SqlMapper.AddTypeHandler(new Day());
        SqlMapper.AddTypeHandler(new Ids());
    }

    public static async Task<T?> FirstAsync<T>(NpgsqlDataReader reader, CancellationToken ct) where T : class =>
        await reader.ReadAsync(ct) ? reader.GetRowParser<T>()(reader) : null;

    public static async Task<List<T>> ListAsync<T>(NpgsqlDataReader reader, CancellationToken ct)
    {
        var rows = new List<T>();
        if (!await reader.ReadAsync(ct)) return rows;

        var parse = reader.GetRowParser<T>();
        do rows.Add(parse(reader));
        while (await reader.ReadAsync(ct));
        return rows;
    }

    /// <summary>The rows without their last column, and what stands in it.</summary>
    public static async Task<(List<T> Rows, long Total)> CountedAsync<T>(NpgsqlDataReader reader, CancellationToken ct)
    {
        var rows = new List<T>();
        if (!await reader.ReadAsync(ct)) return (rows, 0);

        var total = reader.GetInt64(reader.FieldCount - 1);
        var parse = reader.GetRowParser<T>(length: reader.FieldCount - 1);
        do rows.Add(parse(reader));
        while (await reader.ReadAsync(ct));
        return (rows, total);
    }

    public static async Task<T?> ValueAsync<T>(NpgsqlDataReader reader, CancellationToken ct) =>
        await reader.ReadAsync(ct) && !await reader.IsDBNullAsync(0, ct) ? await reader.GetFieldValueAsync<T>(0, ct) : default;

    private abstract class ReadOnly<T> : SqlMapper.TypeHandler<T>
    {
        // Parameters never go through Dapper: Sql makes them, see Column.
        public override void SetValue(IDbDataParameter parameter, T? value) => throw new NotSupportedException();
    }

    private sealed class Instant : ReadOnly<DateTimeOffset>
    {
        public override DateTimeOffset Parse(object value) => new((DateTime)value);
    }

    private sealed class Cents : ReadOnly<Money>
    {
        public override Money Parse(object value) => new((long)value);
    }

    private sealed class Rate : ReadOnly<Percent>
    {
        public override Percent Parse(object value) => new((int)value);
    }

    private sealed class Amount : ReadOnly<Quantity>
    {
        public override Quantity Parse(object value) => Quantity.Of((decimal)value);
    }

    private sealed class Ids : ReadOnly<Guid[]>
    {
        public override Guid[] Parse(object value) => (Guid[])value;
    }

    private sealed class Price : ReadOnly<UnitPrice>
    {
        public override UnitPrice Parse(object value) => UnitPrice.Of((decimal)value);
    }

    private sealed class Day : ReadOnly<DateOnly>
    {
        public override DateOnly Parse(object value) => value is DateOnly day ? day : DateOnly.FromDateTime((DateTime)value);
    }
}
