using Outpost.Kernel;

namespace Outpost.FieldService.Web;

/// <summary>What is not there, and what belongs to somebody else, read the same.</summary>
internal static class Missing
{
    /// <param name="thing">What was looked for, as a person calls it: <c>job</c>.</param>
    /// <param name="field">The field of the request that named it; null when the path did.</param>
    public static RuleException Of(string thing, string? field = null) => new("NOT_FOUND", $"There is no such {thing}.") { Field = field };
}
