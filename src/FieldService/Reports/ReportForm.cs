using Outpost.FieldService.Web;

namespace Outpost.FieldService.Reports;

/// <summary>A report is read by a program as JSON, or by a person in a spreadsheet.</summary>
internal static class ReportForm
{
    /// <summary>Whether <c>format=csv</c> or, without a word about the format, the header <c>Accept</c> asks for CSV.</summary>
    public static bool WantsCsv(HttpRequest request) => request.Query["format"].ToString() switch
    {
        "csv" => true,
        "json" => false,
        "" => request.GetTypedHeaders().Accept.Any(type => type.MediaType.Equals("text/csv", StringComparison.OrdinalIgnoreCase)),
        _ => throw ListParameters.NoneOf("format", ["json", "csv"]),
    };

    public static IResult Csv<T>(string name, IReadOnlyList<CsvColumn<T>> columns, IEnumerable<T> rows) => Web.Csv.File(name, columns, rows.ToAsyncEnumerable());
}
