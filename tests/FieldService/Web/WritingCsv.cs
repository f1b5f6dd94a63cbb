using System.Text;
using FsCheck;
using FsCheck.Fluent;
using NodaTime;
using Outpost.FieldService.Web;
using Outpost.Kernel;

namespace Outpost.FieldService.Tests.Web;

public sealed class WritingCsv
{
    [Theory]
    [InlineData(null, "")]
    [InlineData("plain", "plain")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("say \"hi\"", "\"say \"\"hi\"\"\"")]
    [InlineData("two\r\nlines", "\"two\r\nlines\"")]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+1 555 0100", "'+1 555 0100")]
    [InlineData("-", "'-")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("\t=1", "'\t=1")]
    [InlineData("\r=1", "\"'\r=1\"")]
    [InlineData("＝1", "'＝1")]
    [InlineData("=HYPERLINK(\"x\",\"y\")", "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\"")]
    public void A_cell_is_no_formula_and_keeps_to_its_place(string? text, string cell) => Assert.Equal(cell, Csv.Cell(text));

    [Theory]
    [InlineData("-12.50", "-12.50")]
    [InlineData("-12.50+cmd", "'-12.50+cmd")]
    [InlineData("=1", "'=1")]
    public void A_number_of_a_column_of_numbers_keeps_its_sign(string text, string cell) => Assert.Equal(cell, Csv.Cell(text, isNumber: true));

    [Fact]
    public void What_was_guarded_is_read_back_as_it_was() => Prop.ForAll<NonNull<string>>(text =>
    {
        var cell = Csv.Cell(text.Get);
        var inside = cell.StartsWith('"') ? cell[1..^1].Replace("\"\"", "\"", StringComparison.Ordinal) : cell;
        return Csv.Unguarded(inside) == text.Get || text.Get.StartsWith('\'');
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(-1250, 2, "-12.50")]
    [InlineData(5, 2, "0.05")]
    [InlineData(1250, 0, "1250")]
    [InlineData(1250, 3, "1.250")]
    public void Money_is_decimal_text(long cents, int exponent, string text) => Assert.Equal(text, Csv.Amount(new Money(cents), exponent));

    [Fact]
    public async Task A_file_has_a_heading_and_a_line_for_each_row_and_a_mark_when_it_is_for_Excel()
    {
        CsvColumn<int>[] columns = [new("name, or title", row => $"=Zoë {row}"), new("amount", row => (-row).ToString(System.Globalization.CultureInfo.InvariantCulture), IsNumber: true)];
        using var file = new MemoryStream();

        await Csv.WriteAsync(file, columns, Enumerable.Range(1, 2).ToAsyncEnumerable(), bom: true, TestContext.Current.CancellationToken);

        Assert.Equal([0xEF, 0xBB, 0xBF], file.ToArray()[..3]);
        Assert.Equal("\uFEFF\"name, or title\",amount\r\n'=Zoë 1,-1\r\n'=Zoë 2,-2\r\n", Encoding.UTF8.GetString(file.ToArray()));
    }

    [Fact]
    public void An_instant_is_shown_by_the_clock_of_the_zone()
    {
        var zone = DateTimeZoneProviders.Tzdb["America/New_York"];

        Assert.Equal("2026-11-01T01:30:00-04:00", Csv.Instant(new(2026, 11, 1, 5, 30, 0, TimeSpan.Zero), zone));
        Assert.Equal("2026-11-01T01:30:00-05:00", Csv.Instant(new(2026, 11, 1, 6, 30, 0, TimeSpan.Zero), zone));
    }
}
