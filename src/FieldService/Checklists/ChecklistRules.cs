using Outpost.Kernel;

namespace Outpost.FieldService.Checklists;

/// <summary>Every way a checklist refuses a request.</summary>
internal static class ChecklistRules
{
    public const int MostItems = 60, MostWords = 30, LongestItem = 300, LongestWord = 60, LongestAnswer = 1000;

    public static RuleException NoItems() => new("VALIDATION_ERROR", $"A checklist has 1 to {MostItems} different items of up to {LongestItem} characters each.") { Field = "items" };

    public static RuleException NoWords() => new("VALIDATION_ERROR", $"A checklist names up to {MostWords} words of up to {LongestWord} characters each.") { Field = "job_words" };

    public static RuleException IsArchived() => new("PRECONDITION_FAILED", "This checklist is in use no longer.");

    public static RuleException IsOver() => new("IMMUTABLE_ENTITY", "The visit is over; what was found on it stays.");

    public static RuleException NoSuchItem(string item) => new("VALIDATION_ERROR", $"The checklist does not ask “{(item.Length > 80 ? item[..80] + "…" : item)}”. Read it again: it may have been changed.") { Field = "answers" };

    public static RuleException AnsweredMeanwhile(string item, string stands) => new(
        "CONFLICT", stands.Length == 0 ? $"Somebody else has taken back the answer to “{item}” meanwhile. Look at it again." : $"Somebody else has answered “{item}” with “{stands}” meanwhile. Look at it again.") { Field = "answers" };

    public static RuleException TooLong() => new("VALIDATION_ERROR", $"An answer has up to {LongestAnswer} characters.") { Field = "answers" };

    public static RuleException IsOpen(string name) => new("PRECONDITION_FAILED", $"The checklist “{name}” has to be answered before the visit is finished.");
}
