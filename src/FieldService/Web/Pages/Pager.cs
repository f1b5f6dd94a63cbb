using System.Text;

namespace Outpost.FieldService.Web.Pages;

/// <summary>Which part of a list a page shows, and the addresses of the parts beside it.</summary>
/// <param name="Path">The page of the list.</param>
/// <param name="Query">What else stands in the address: filter and search; empty values are left out.</param>
/// <param name="Page">From 1.</param>
/// <param name="Total">How many there are on all pages.</param>
internal sealed record Pager(string Path, IReadOnlyList<(string Name, string? Value)> Query, int Page, long Total)
{
    public const int Rows = 50;

    /// <summary>No list is turned this far by hand; beyond it an offset only costs.</summary>
    private const int Last = 10_000;

    public long First => Total == 0 ? 0 : ((long)(Page - 1) * Rows) + 1;

    public long Final => Math.Min((long)Page * Rows, Total);

    /// <summary>Somebody has turned further than there are pages; the list has become shorter, or the address was written by hand.</summary>
    public bool IsPastTheEnd => Total > 0 && First > Total;

    /// <summary>The first page of the same list.</summary>
    public string Beginning => To(1);

    public string? Previous => Page > 1 ? To(Page - 1) : null;

    public string? Next => Final < Total ? To(Page + 1) : null;

    /// <summary>What a person wrote into the address; anything that is no page is the first one.</summary>
    public static int Read(string? page) => int.TryParse(page, out var number) && number is > 0 and <= Last ? number : 1;

    public static string Address(string path, params IEnumerable<(string Name, string? Value)> query)
    {
        var address = new StringBuilder(path);
        foreach (var (name, value) in query)
        {
            if (string.IsNullOrEmpty(value)) continue;

            address.Append(address.Length == path.Length ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
        }

        return address.ToString();
    }

    private string To(int page) => Address(Path, [.. Query, ("page", page == 1 ? null : page.ToString(System.Globalization.CultureInfo.InvariantCulture))]);
}

/// <summary>One of the filters above a list, with how many it would show.</summary>
internal sealed record Tab(string Label, string Address, long Count, bool IsCurrent);
