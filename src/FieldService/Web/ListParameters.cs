using System.Globalization;
using Outpost.Kernel;

namespace Outpost.FieldService.Web;

/// <summary>Reads what a list is asked for. What cannot be read is refused by name, never guessed.</summary>
internal static class ListParameters
{
    private const int LongestSearch = SearchText.Longest;

    /// <summary>What to look for; null when that is nothing.</summary>
    /// <exception cref="RuleException">VALIDATION_ERROR</exception>
    public static SearchText? Search(string? q)
    {
        if (q?.Trim().Length > LongestSearch) throw new RuleException("VALIDATION_ERROR", $"Search for at most {LongestSearch} characters.") { Field = "q" };
        if (q?.Contains('\0') ?? false) throw new RuleException("VALIDATION_ERROR", "Text must not contain the NUL character.") { Field = "q" };

        return SearchText.Of(q);
    }

    /// <exception cref="RuleException">VALIDATION_ERROR</exception>
    public static T? Word<T>(string? word, string parameter) where T : struct, Enum =>
        word is null or "" ? null : Words<T>.TryParse(word, out var value) ? value : throw NoneOf(parameter, Words<T>.All);

    /// <exception cref="RuleException">VALIDATION_ERROR</exception>
    public static Guid? Id(string? text, string parameter) =>
        text is null or "" ? null
        : Guid.TryParse(text, out var id) ? id
        : throw new RuleException("VALIDATION_ERROR", $"{parameter} must be a UUID.") { Field = parameter };

    /// <exception cref="RuleException">VALIDATION_ERROR</exception>
    public static DateTimeOffset? Instant(string? text, string parameter) =>
        text is null or "" ? null
        : InstantText.TryRead(text, out var at) ? at
        : throw new RuleException("VALIDATION_ERROR", $"{parameter} must be a date and time with offset, such as 2026-11-21T10:00:00Z.") { Field = parameter };

    /// <exception cref="RuleException">VALIDATION_ERROR</exception>
    public static DateOnly? Day(string? text, string parameter) =>
        text is null or "" ? null
        : DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day.Year is >= 1900 and < 2300 ? day
        : throw new RuleException("VALIDATION_ERROR", $"{parameter} must be a day such as 2026-11-21.") { Field = parameter };

    /// <summary>A file has its rows as they were made, whatever the list that it is of can be asked for.</summary>
    /// <exception cref="RuleException">VALIDATION_ERROR</exception>
    public static void NoOrder(string? sort, string? order)
    {
        if (sort is not null || order is not null) throw new RuleException("VALIDATION_ERROR", "A file has its rows in the order in which they were made. Leave sort and order out.") { Field = sort is null ? "order" : "sort" };
    }

    public static RuleException NoneOf(string parameter, IEnumerable<string> words) =>
        new("VALIDATION_ERROR", $"{parameter} must be one of {string.Join(", ", words)}.") { Field = parameter };
}
