using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Web;

/// <summary>One column of a CSV file.</summary>
/// <param name="Heading">Stands in the first line.</param>
/// <param name="Cell">The cell's text in invariant spelling (<see cref="Csv"/> helps); null is an empty cell.</param>
/// <param name="IsNumber">A cell of this column that is a number is written as it is, a minus sign included.</param>
internal sealed record CsvColumn<T>(string Heading, Func<T, string?> Cell, bool IsNumber = false);

/// <summary>
/// Writes CSV as RFC 4180 has it: UTF-8, commas, CRLF. What people typed must not become a formula when the file is opened in a spreadsheet:
/// a cell that begins like one gets an apostrophe in front, and <see cref="Unguarded"/> takes it away again.
/// </summary>
internal static class Csv
{
    public const string ContentType = "text/csv; charset=utf-8; header=present";

    private static readonly SearchValues<char> Quoted = SearchValues.Create(",\"\r\n");

    // The signs that begin a formula, in both widths, and the blanks that spreadsheets skip before looking for one.
    private static readonly SearchValues<char> FormulaStarts = SearchValues.Create("=+-@\t\r\n＝＋－＠");

    /// <summary>Answers with a file to be saved. Rows are written as they come, so memory does not grow with their number.</summary>
    /// <param name="name">The file's name, ASCII, with <c>.csv</c>.</param>
    /// <param name="columns">In the order of the file.</param>
    /// <param name="rows">Read once.</param>
    /// <param name="bom">Excel reads a file without a byte order mark in the machine's own code page.</param>
    public static IResult File<T>(string name, IReadOnlyList<CsvColumn<T>> columns, IAsyncEnumerable<T> rows, bool bom = false) => new CsvFile<T>(name, columns, rows, bom);

    /// <summary>
    /// All rows in the order in which they were made, read a thousand at a time: whoever saves a file slowly holds no connection and no transaction meanwhile.
    /// </summary>
    /// <param name="after">The statement for those whose id comes behind this one, by id, with the limit that is given.</param>
    public static async IAsyncEnumerable<T> InTurn<T>(ReadDb db, Func<Guid, Sql, Sql> after, Func<T, Guid> id, [EnumeratorCancellation] CancellationToken ct = default)
    {
        const int AtOnce = 1000;
        var last = Guid.Empty;
        while (true)
        {
            var rows = await db.ListAsync<T>(after(last, $"limit {Sql.Number(AtOnce)}"), ct);
            foreach (var row in rows) yield return row;
            if (rows.Count < AtOnce) yield break;
            last = id(rows[^1]);
        }
    }

    /// <summary>Writes the whole file to a stream, which stays open.</summary>
    public static async Task WriteAsync<T>(Stream to, IReadOnlyList<CsvColumn<T>> columns, IAsyncEnumerable<T> rows, bool bom, CancellationToken ct)
    {
        const int Full = 32 * 1024;
        var text = new StringBuilder();
        if (bom) text.Append('\uFEFF');
        Line(text, columns.Count, i => (columns[i].Heading, false));

        await foreach (var row in rows.WithCancellation(ct))
        {
            Line(text, columns.Count, i => (columns[i].Cell(row), columns[i].IsNumber));
            if (text.Length >= Full) await FlushAsync(to, text, ct);
        }

        await FlushAsync(to, text, ct);
    }

    /// <summary>One cell as it stands in the file.</summary>
    public static string Cell(string? text, bool isNumber = false)
    {
        if (string.IsNullOrEmpty(text)) return "";

        if (FormulaStarts.Contains(text[0]) && !(isNumber && IsNumber(text))) text = "'" + text;
        return text.AsSpan().ContainsAny(Quoted) ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
    }

    /// <summary>The text that <see cref="Cell"/> was given, for reading a file of ours.</summary>
    public static string Unguarded(string text) => text.Length > 1 && text[0] == '\'' && FormulaStarts.Contains(text[1]) ? text[1..] : text;

    /// <summary>An amount as decimal text without a sign for the currency: 12.50.</summary>
    /// <param name="amount">In the currency's smallest unit.</param>
    /// <param name="exponent">How many of the digits stand behind the point: 2 for dollars, 0 for yen, 3 for dinars.</param>
    public static string Amount(Kernel.Money amount, int exponent = 2)
    {
        var digits = decimal.Abs(amount.Cents);
        for (var i = 0; i < exponent; i++) digits /= 10;
        return (amount.Cents < 0 ? "-" : "") + digits.ToString($"F{exponent}", CultureInfo.InvariantCulture);
    }

    public static string? Number(long? number) => number?.ToString(CultureInfo.InvariantCulture);

    /// <summary>A day: 2026-12-05.</summary>
    public static string? Day(DateOnly? day) => day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>An instant as the clock on the wall of the zone shows it, with the offset: 2026-11-21T10:00:00-05:00.</summary>
    public static string? Instant(DateTimeOffset? at, NodaTime.DateTimeZone zone) =>
        at is null ? null : NodaTime.OffsetDateTime.FromDateTimeOffset(at.Value).InZone(zone).ToDateTimeOffset().ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);

    private static bool IsNumber(string text) =>
        decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _);

    private static void Line(StringBuilder text, int columns, Func<int, (string? Text, bool IsNumber)> cell)
    {
        for (var i = 0; i < columns; i++)
        {
            if (i > 0) text.Append(',');
            var (value, isNumber) = cell(i);
            text.Append(Cell(value, isNumber));
        }

        text.Append("\r\n");
    }

    private static async Task FlushAsync(Stream to, StringBuilder text, CancellationToken ct)
    {
        // A text with half a surrogate pair must not end the download; it becomes a replacement character.
        await to.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()), ct);
        await to.FlushAsync(ct);
        text.Clear();
    }

    private sealed class CsvFile<T>(string name, IReadOnlyList<CsvColumn<T>> columns, IAsyncEnumerable<T> rows, bool bom) : IResult
    {
        public Task ExecuteAsync(HttpContext http)
        {
            http.Response.ContentType = ContentType;
            http.Response.Headers.ContentDisposition = $"attachment; filename=\"{name}\"";
            http.Response.Headers.CacheControl = "no-store";
            // An error on the way ends the connection instead of the file, so that half a file is not taken for a whole one.
            return WriteAsync(http.Response.Body, columns, rows, bom, http.RequestAborted);
        }
    }
}
