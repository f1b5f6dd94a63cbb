namespace Outpost.FieldService.Imports;

/// <summary>
/// Which column of a file says what. A heading is recognised by its letters and digits alone, so that <c>E-mail</c>, <c>email</c> and <c>E mail</c> are one; several
/// may say the same thing, and the first of them that says anything in a row is believed.
/// </summary>
/// <param name="known">A field, and the headings it has here and in the exports of other programs, in the order in which they are believed.</param>
internal sealed class SheetColumns(params (string Field, string[] Headings)[] known)
{
    /// <summary>Where each field stands in this sheet.</summary>
    public Found In(Sheet sheet)
    {
        var at = sheet.Headings.Select((heading, i) => (Plain: Plain(heading), i)).Where(h => h.Plain.Length > 0).ToLookup(h => h.Plain, h => h.i);
        var fields = known.ToDictionary(k => k.Field, k => k.Headings.Prepend(k.Field).Select(Plain).Distinct().SelectMany(h => at[h]).ToArray());
        var used = fields.Values.SelectMany(i => i).ToHashSet();
        return new(fields, [.. sheet.Headings.Where((heading, i) => heading.Length > 0 && !used.Contains(i))]);
    }

    private static string Plain(string heading) => new([.. heading.Where(char.IsLetterOrDigit).Select(char.ToLowerInvariant)]);

    /// <param name="Ignored">Headings that say nothing known.</param>
    internal sealed record Found(IReadOnlyDictionary<string, int[]> Fields, IReadOnlyList<string> Ignored)
    {
        public bool Has(string field) => Fields[field].Length > 0;

        /// <summary>What the row says of a field; null when it says nothing.</summary>
        public string? Text(SheetRow row, string field) => Fields[field].Select(i => row.Cells[i]).FirstOrDefault(cell => cell.Length > 0);
    }
}
