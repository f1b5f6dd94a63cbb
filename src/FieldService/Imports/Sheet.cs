using System.Globalization;
using System.Text;
using System.Text.Unicode;
using CsvHelper;
using Outpost.FieldService.Web;
using Outpost.Kernel;

namespace Outpost.FieldService.Imports;

/// <summary>
/// A CSV file that somebody sends in: commas, semicolons or tabs, quoted as spreadsheets do; UTF-8, UTF-16 with its mark, or the Windows code page of the West
/// that older spreadsheets write.
/// </summary>
/// <param name="Headings">The first line.</param>
/// <param name="Rows">The others, each as long as the first; lines without any text are left out.</param>
internal sealed record Sheet(IReadOnlyList<string> Headings, IReadOnlyList<SheetRow> Rows)
{
    /// <summary>The largest file in bytes.</summary>
    public const int Largest = 10 * 1024 * 1024;

    public const int MostRows = 5_000;

    /// <exception cref="RuleException">VALIDATION_ERROR: it is no such file, empty, or too long; PAYLOAD_TOO_LARGE.</exception>
    public static async Task<Sheet> ReadAsync(HttpRequest http, CancellationToken ct)
    {
        using var sent = new MemoryStream();
        await http.Body.CopyToAsync(sent, ct);
        if (sent.Length > Largest) throw new RuleException("PAYLOAD_TOO_LARGE", "The file is larger than 10 MB. Split it.");

        var text = Text(sent.GetBuffer().AsSpan(0, (int)sent.Length));
        using var reader = CsvReader.FromText(text, new()
        {
            HasHeader = false,
            TrimWhitespace = true,
            TrackLineNumbers = true,
            MalformedData = CsvMalformedDataHandling.Throw,
            FieldCountMismatch = CsvFieldCountHandling.Allow,
            IncludeValuesInExceptions = false,
        });
        try
        {
            return Read(reader);
        }
        catch (CsvFormatException malformed)
        {
            throw Unreadable(string.Create(CultureInfo.InvariantCulture, $"Line {malformed.LineNumber} has a quotation mark that is never closed, or text beside one."));
        }
    }

    private static Sheet Read(CsvReader reader)
    {
        string[]? headings = null;
        var rows = new List<SheetRow>();
        while (reader.Read())
        {
            var cells = Enumerable.Range(0, reader.FieldCount).Select(reader.GetString).ToArray();
            if (cells.All(string.IsNullOrWhiteSpace)) continue;
            if (headings is null)
            {
                headings = cells;
                continue;
            }

            if (rows.Count == MostRows) throw Unreadable($"The file has more than {MostRows} rows. Split it; rows that were taken in already are found again and left alone.");
            if (cells.Skip(headings.Length).Any(c => c.Length > 0))
            {
                throw Unreadable(string.Create(CultureInfo.InvariantCulture, $"Line {reader.LineNumber} has {cells.Length} cells under {headings.Length} headings. A text with a comma in it needs quotation marks."));
            }

            rows.Add(new(reader.LineNumber, [.. headings.Select((_, i) => i < cells.Length ? Csv.Unguarded(cells[i]).Trim() : "")]));
        }

        return headings is null ? throw Unreadable("The file is empty. Its first line names the columns.")
            : rows.Count > 0 ? new(headings, rows)
            : throw Unreadable("The file has headings and no rows.");
    }

    private static string Text(ReadOnlySpan<byte> bytes)
    {
        var text = bytes switch
        {
            [0xFF, 0xFE, .. var rest] => Encoding.Unicode.GetString(rest),
            [0xFE, 0xFF, .. var rest] => Encoding.BigEndianUnicode.GetString(rest),
            [0xEF, 0xBB, 0xBF, .. var rest] when Utf8.IsValid(rest) => Encoding.UTF8.GetString(rest),
            _ when Utf8.IsValid(bytes) => Encoding.UTF8.GetString(bytes),
            _ => CodePagesEncodingProvider.Instance.GetEncoding(1252)!.GetString(bytes),
        };
        return text.Contains('\0') ? throw Unreadable("The file holds NUL characters: it is no CSV. Save the spreadsheet as \"CSV UTF-8\".") : text;
    }

    private static RuleException Unreadable(string message) => new("VALIDATION_ERROR", message) { Field = "file" };
}

/// <param name="Line">Where the row ends in the file, from 1 on.</param>
/// <param name="Cells">One for each heading; empty where there is none.</param>
internal sealed record SheetRow(long Line, IReadOnlyList<string> Cells);
