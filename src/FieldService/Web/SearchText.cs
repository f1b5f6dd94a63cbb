using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Web;

/// <summary>What somebody typed into a search field, looked for anywhere in a column <c>search</c>, letter by letter and in any case.</summary>
internal sealed record SearchText(string Words)
{
    public const int Longest = 255;

    /// <summary>The words to look for, cut to a length that makes sense; null when there are none.</summary>
    public static SearchText? Of(string? typed)
    {
        var text = typed?.Replace("\0", "", StringComparison.Ordinal).Trim();
        return string.IsNullOrEmpty(text) ? null : new(text.Length > Longest ? text[..Longest] : text);
    }

    /// <summary>Behind <c>like</c>. PostgreSQL makes the small letters here as it did in the column.</summary>
    public Sql Pattern => $"lower({Anywhere})";

    private string Anywhere =>
        $"%{Words.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal)}%";

    public override string ToString() => Words;
}
