using System.Net;
using System.Text;

namespace Outpost.FieldService.Messages;

/// <summary>The wording of a message, with placeholders <c>{{client_name}}</c> of a closed set. A message by SMS or chat has a text only.</summary>
public sealed record Template(string? Title, string BodyText, string? BodyHtml)
{
    private enum As { Line, Text, Html }

    /// <exception cref="Kernel.RuleException">VALIDATION_ERROR: a placeholder that is unknown or not closed.</exception>
    internal void SeeThatItKnows(IReadOnlyList<string> placeholders)
    {
        foreach (var (field, text) in new[] { ("title", Title), ("body_text", BodyText), ("body_html", BodyHtml) })
        {
            if (text is not null) Fill(text, field, name => placeholders.Contains(name) ? "" : throw MessageRules.UnknownPlaceholder(field, name, placeholders));
        }
    }

    /// <summary>What a client reads. What is not known reads as nothing; in HTML every value is escaped.</summary>
    internal Template With(IReadOnlyDictionary<string, string> values) => new(
        Title is null ? null : Filled(Title, values, As.Line), Filled(BodyText, values, As.Text), BodyHtml is null ? null : Filled(BodyHtml, values, As.Html));

    private static string Filled(string text, IReadOnlyDictionary<string, string> values, As how) => Fill(text, "body_text", name => values.TryGetValue(name, out var value)
        ? how switch
        {
            // A line break in a subject would begin a header of somebody's own.
            As.Line => value.ReplaceLineEndings(" "),
            As.Text => value,
            As.Html => WebUtility.HtmlEncode(value),
        }
        : "");

    private static string Fill(string text, string field, Func<string, string> value)
    {
        var filled = new StringBuilder(text.Length);
        var at = 0;
        while (text.IndexOf("{{", at, StringComparison.Ordinal) is >= 0 and var open)
        {
            var close = text.IndexOf("}}", open, StringComparison.Ordinal);
            if (close < 0) throw MessageRules.OpenPlaceholder(field);

            filled.Append(text, at, open - at).Append(value(text[(open + 2)..close].Trim()));
            at = close + 2;
        }

        return filled.Append(text, at, text.Length - at).ToString();
    }
}
