using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Npgsql;

namespace Outpost.Platform.Postgres;

/// <summary>
/// A statement whose interpolated values have become parameters. There is no way to make one from a plain string,
/// so a value can never be spliced into the text. Parts of statements are added with <see cref="Append"/>.
/// </summary>
[InterpolatedStringHandler]
public sealed class Sql
{
    private readonly StringBuilder _text;
    private readonly List<NpgsqlParameter> _values;

    public Sql(int literalLength, int formattedCount)
    {
        _text = new(literalLength + (formattedCount * 3));
        _values = new(formattedCount);
    }

    /// <summary>A part that is there only under a condition: <c>Sql.If(q is not null, $"and name ilike {q}")</c>.</summary>
    public static Sql? If(bool condition, Sql part) => condition ? part : null;

    /// <summary>A whole number that stands in the text itself, for what the planner has to know when it chooses a plan that serves all values.</summary>
    public static Sql Number(int value)
    {
        var part = new Sql(literalLength: 11, formattedCount: 0);
        part._text.Append(CultureInfo.InvariantCulture, $"{value}");
        return part;
    }

    /// <summary>Adds another part behind this one, on a line of its own.</summary>
    public Sql Append(Sql? part)
    {
        if (part is null) return this;

        _text.Append('\n');
        Splice(part);
        return this;
    }

    public void AppendLiteral(string literal) => _text.Append(literal);

    public void AppendFormatted(Sql? part)
    {
        if (part is not null) Splice(part);
    }

    public void AppendFormatted<T>(T value)
    {
        _values.Add(Column.Parameter(value));
        _text.Append('$').Append(_values.Count);
    }

    internal NpgsqlBatchCommand ToBatchCommand()
    {
        var command = new NpgsqlBatchCommand(_text.ToString());
        foreach (var value in _values) command.Parameters.Add(value);
        return command;
    }

    // A part numbers its own parameters from $1; spliced behind others they move up by as many as are already there.
    private void Splice(Sql part)
    {
        var offset = _values.Count;
        var text = part._text.ToString();
        for (var i = 0; i < text.Length; i++)
        {
            _text.Append(text[i]);
            if (text[i] != '$' || i + 1 == text.Length || !char.IsAsciiDigit(text[i + 1])) continue;

            var number = 0;
            while (i + 1 < text.Length && char.IsAsciiDigit(text[i + 1])) number = (number * 10) + (text[++i] - '0');
            _text.Append(number + offset);
        }

        _values.AddRange(part._values.Select(p => p.Clone()));
    }
}
