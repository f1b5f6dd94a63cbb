using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace Outpost.FieldService.Papers;

/// <summary>
/// A paper as HTML, for the press and for the browser alike. It is written without Razor, because the worker prints too, and every text on it is escaped: nothing
/// that somebody typed can become a tag or an address to fetch.
/// </summary>
internal static class PaperHtml
{
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);
    private static readonly string Style = Resource("paper.css");

    /// <summary>The whole in one text: style and logo inside, nothing to be fetched.</summary>
    public static string ForThePress(Paper paper) =>
        Write(paper, $"<style>{Style}:root{{--accent:{paper.From.Accent}}}</style>".Replace("var(--accent)", paper.From.Accent, StringComparison.Ordinal), paper.From.Logo?.Data);

    /// <summary>For the browser, whose policy allows no style inside the page: style and logo have addresses of their own.</summary>
    public static string ForTheBrowser(Paper paper, string style, string? logo) => Write(paper, $"<link rel=\"stylesheet\" href=\"{Safe(style)}\">", logo);

    /// <summary>The style of a paper in the company's colour.</summary>
    public static string StyleIn(string accent) => Style.Replace("var(--accent)", accent, StringComparison.Ordinal);

    private static string Write(Paper paper, string head, string? logo)
    {
        var html = new StringBuilder(8192);
        html.Append("<!doctype html><html lang=\"").Append(paper.From.Say.Code).Append("\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>").Append(Safe(paper.Title))
            .Append("</title><meta name=\"author\" content=\"").Append(Safe(paper.From.Account.Name)).Append("\"><meta name=\"generator\" content=\"Outpost\">").Append(head).Append("</head><body>");
        if (paper.Stamp is { } stamp) html.Append("<p class=\"stamp\">").Append(Safe(stamp)).Append("</p>");
        html.Append("<p class=\"foot\">").Append(Safe(paper.From.Foot)).Append("</p><header>");
        if (logo is not null) html.Append("<img class=\"logo\" alt=\"\" src=\"").Append(Safe(logo)).Append("\">");
        html.Append("<div class=\"from\"><strong>").Append(Safe(paper.From.Account.Name)).Append("</strong>");
        foreach (var line in paper.From.Address) html.Append("<br>").Append(Safe(line));
        html.Append("</div></header><h1>").Append(Safe(paper.Title)).Append("</h1><div class=\"head\"><div>");
        Party(html, paper.ToLabel, paper.To);
        Party(html, paper.From.Say["paper.place"], paper.Place);
        html.Append("</div><table class=\"facts\">");
        foreach (var fact in paper.Facts) html.Append("<tr><th scope=\"row\">").Append(Safe(fact.Label)).Append("</th><td>").Append(Safe(fact.Value)).Append("</td></tr>");
        html.Append("</table></div>");
        if (paper.Subject is { } subject) html.Append("<p class=\"subject\">").Append(Safe(subject)).Append("</p>");

        // A job sheet says first what to do; a document with prices ends with its remarks.
        var textFirst = paper.Kind is PaperKind.JobSheet;
        if (textFirst) Text(html, paper);
        foreach (var table in paper.Tables) Write(html, table);
        Sums(html, paper);
        if (!textFirst) Text(html, paper);
        if (paper.SignHere.Count > 0)
        {
            html.Append("<div class=\"sign\">");
            foreach (var line in paper.SignHere) html.Append("<p>").Append(Safe(line)).Append("</p>");
            html.Append("</div>");
        }

        return html.Append("</body></html>").ToString();
    }

    private static void Party(StringBuilder html, string label, Paper.Party? party)
    {
        if (party is null) return;

        html.Append("<div class=\"party\"><h2>").Append(Safe(label)).Append("</h2><p><strong>").Append(Safe(party.Name)).Append("</strong>");
        foreach (var line in party.Lines) html.Append("<br>").Append(Safe(line));
        html.Append("</p></div>");
    }

    private static void Write(StringBuilder html, Paper.Table table)
    {
        if (table.Heading is { } heading) html.Append("<h2>").Append(Safe(heading)).Append("</h2>");
        html.Append("<table class=\"lines\"><thead><tr>");
        foreach (var column in table.Columns) html.Append("<th scope=\"col\"").Append(column.IsNumber ? " class=\"num\"" : "").Append('>').Append(Safe(column.Heading)).Append("</th>");
        html.Append("</tr></thead><tbody>");
        foreach (var row in table.Rows)
        {
            html.Append(row.Cells.All(string.IsNullOrEmpty) ? "<tr class=\"blank\">" : "<tr>");
            for (var i = 0; i < row.Cells.Count; i++)
            {
                html.Append(table.Columns[i].IsNumber ? "<td class=\"num\">" : "<td>").Append(Safe(row.Cells[i]));
                if (i == 0 && row.Remark is { } remark) html.Append("<br><small>").Append(Safe(remark)).Append("</small>");
                html.Append("</td>");
            }

            html.Append("</tr>");
        }

        html.Append("</tbody></table>");
    }

    private static void Sums(StringBuilder html, Paper paper)
    {
        if (paper.Sums.Count == 0) return;

        html.Append("<table class=\"sums\">");
        foreach (var sum in paper.Sums) html.Append(sum.IsTotal ? "<tr class=\"total\">" : "<tr>").Append("<th scope=\"row\">").Append(Safe(sum.Label)).Append("</th><td class=\"num\">").Append(Safe(sum.Amount)).Append("</td></tr>");
        html.Append("</table>");
    }

    private static void Text(StringBuilder html, Paper paper)
    {
        foreach (var passage in paper.Text)
        {
            if (passage.Heading is { } heading) html.Append("<h2>").Append(Safe(heading)).Append("</h2>");
            html.Append("<p class=\"text\">").Append(Safe(passage.Text)).Append("</p>");
        }
    }

    // What XML and PDF cannot hold is no letter of anybody's text.
    private static string Safe(string text) => Encoder.Encode(string.Concat(text.Where(c => c >= ' ' || c is '\n' or '\t')));

    internal static string Resource(string name)
    {
        using var stream = typeof(PaperHtml).Assembly.GetManifestResourceStream($"papers/{name}")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
