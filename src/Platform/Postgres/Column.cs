using System.Collections.Concurrent;
using Npgsql;
using NpgsqlTypes;
using Outpost.Kernel;

namespace Outpost.Platform.Postgres;

/// <summary>How the words of the Kernel stand in a column: money as cents, ids as uuid, enums as snake_case text.</summary>
internal static class Column
{
    public static NpgsqlParameter Parameter<T>(T value) => value switch
    {
        null => new() { Value = DBNull.Value },
        Guid id => new NpgsqlParameter<Guid> { TypedValue = id },
        string text => new NpgsqlParameter<string> { TypedValue = text },
        int number => new NpgsqlParameter<int> { TypedValue = number },
        long number => new NpgsqlParameter<long> { TypedValue = number },
        bool flag => new NpgsqlParameter<bool> { TypedValue = flag },
        DateTimeOffset at => new NpgsqlParameter<DateTime> { TypedValue = at.UtcDateTime, NpgsqlDbType = NpgsqlDbType.TimestampTz },
        Money money => new NpgsqlParameter<long> { TypedValue = money.Cents },
        Quantity quantity => new NpgsqlParameter<decimal> { TypedValue = quantity.Amount },
        UnitPrice price => new NpgsqlParameter<decimal> { TypedValue = price.Amount },
        Percent rate => new NpgsqlParameter<int> { TypedValue = rate.Millionths },
        IId id => new NpgsqlParameter<Guid> { TypedValue = id.Value },
        Json json => new NpgsqlParameter<string> { TypedValue = json.Text, NpgsqlDbType = NpgsqlDbType.Jsonb },
        Enum word => new NpgsqlParameter<string> { TypedValue = Spell(word) },
        _ => new() { Value = value },
    };

    private static string Spell(Enum word) => Spellings.GetOrAdd(word, static w =>
        (string)typeof(Words<>).MakeGenericType(w.GetType()).GetMethod("Of")!.Invoke(null, [w])!);

    private static readonly ConcurrentDictionary<Enum, string> Spellings = new();
}

/// <summary>A document for a jsonb column.</summary>
public readonly record struct Json(string Text);
