using System.Text.RegularExpressions;
using Outpost.Kernel;

namespace Outpost.FieldService.Live;

/// <summary>What a page is about, written <c>invoice:018f…</c>; the kinds are those of the history.</summary>
internal sealed partial record Thing(string Kind, Guid Id)
{
    /// <exception cref="RuleException">VALIDATION_ERROR</exception>
    public static Thing? Of(string? text)
    {
        if (string.IsNullOrEmpty(text)) return null;

        return text.Split(':', 2) is [var kind, var id] && Word().IsMatch(kind) && Guid.TryParse(id, out var value)
            ? new(kind, value)
            : throw new RuleException("VALIDATION_ERROR", "What a page is about is written as kind and id: invoice:018f0000-0000-7000-8000-000000000000.") { Field = "about" };
    }

    public override string ToString() => $"{Kind}:{Id}";

    [GeneratedRegex("^[a-z_]{1,40}$")]
    private static partial Regex Word();
}
