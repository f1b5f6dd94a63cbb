using Outpost.Kernel;

namespace Outpost.FieldService.Papers;

/// <summary>What the company hands out.</summary>
internal enum PaperKind { Estimate, Invoice, CreditNote, Receipt, JobSheet }

/// <summary>
/// A paper as its reader sees it, whichever way it is shown. Everything on it is text: amounts are those that are stored, and nothing is reckoned from here on.
/// </summary>
/// <param name="Title">What it is, with its number: Invoice INV-0042.</param>
/// <param name="WrittenAt">When it became what it is; the same paper is the same file, byte for byte.</param>
internal sealed record Paper(PaperKind Kind, string Title, Letterhead From, DateTimeOffset WrittenAt)
{
    /// <summary>Said across the page when the paper must not be taken for a real one: Draft, Void.</summary>
    public string? Stamp { get; init; }

    /// <summary>What the company is to the addressee in this: billed to, received from.</summary>
    public required string ToLabel { get; init; }

    public Party? To { get; init; }

    /// <summary>Where the work is done.</summary>
    public Party? Place { get; init; }

    public IReadOnlyList<Fact> Facts { get; init; } = [];

    public string? Subject { get; init; }

    public IReadOnlyList<Table> Tables { get; init; } = [];

    public IReadOnlyList<Sum> Sums { get; init; } = [];

    public IReadOnlyList<Passage> Text { get; init; } = [];

    /// <summary>Lines to sign on.</summary>
    public IReadOnlyList<string> SignHere { get; init; } = [];

    /// <summary>The name of the file, without its ending.</summary>
    public string FileName => string.Concat(Title.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' ? c : '-'));

    internal sealed record Party(string Name, IReadOnlyList<string> Lines);

    internal sealed record Fact(string Label, string Value);

    internal sealed record Column(string Heading, bool IsNumber = false);

    internal sealed record Table(string? Heading, IReadOnlyList<Column> Columns, IReadOnlyList<Row> Rows);

    /// <param name="Remark">Smaller, below the first cell.</param>
    internal sealed record Row(IReadOnlyList<string> Cells, string? Remark = null);

    internal sealed record Sum(string Label, string Amount, bool IsTotal = false);

    internal sealed record Passage(string? Heading, string Text);
}
