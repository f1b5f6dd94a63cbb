namespace Outpost.FieldService.Web.Pages;

/// <summary>What somebody typed into a search field.</summary>
internal static class SearchText
{
    private const int Longest = 200;

    /// <summary>The words to look for; null when there are none.</summary>
    public static string? Of(string? typed)
    {
        var text = typed?.Replace("\0", "", StringComparison.Ordinal).Trim();
        return string.IsNullOrEmpty(text) ? null : text.Length > Longest ? text[..Longest] : text;
    }

    /// <summary>For <c>ilike</c>: the words anywhere, letter by letter.</summary>
    public static string Pattern(string text) =>
        $"%{text.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal)}%";
}
