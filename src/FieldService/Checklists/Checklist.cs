using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Kernel;

namespace Outpost.FieldService.Checklists;

public readonly record struct ChecklistId(Guid Value) : IId
{
    public static ChecklistId New() => new(Guid.CreateVersion7());

    public static bool TryParse(string? text, out ChecklistId id)
    {
        var read = Guid.TryParse(text, out var value);
        id = new(value);
        return read;
    }
}

/// <summary>What is to be looked at on a visit of a kind of job. An item is a sentence to tick; one that ends with a colon asks for words or a number instead.</summary>
/// <param name="JobWords">It belongs to the jobs whose title has one of these; to all jobs when there are none.</param>
/// <param name="IsRequired">A visit is completed only when every item is answered.</param>
public sealed record Checklist(
    ChecklistId Id, AccountId AccountId, string Name, IReadOnlyList<string> JobWords, IReadOnlyList<string> Items, bool IsRequired, DateTimeOffset? ArchivedAt, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt) : IVersioned
{
    /// <summary>What a ticked item is answered with.</summary>
    public const string Ticked = "yes";

    public int Version { get; init; }

    internal static bool AsksForWords(string item) => item.EndsWith(':');
}

/// <summary>A checklist on a visit: what is asked, and what was found. Items keep the words they had when they were answered.</summary>
/// <param name="Answers">In the order of the items; empty where there is none yet.</param>
public sealed record VisitChecklist(Guid TemplateId, string Name, string[] Items, string[] Answers, bool IsRequired, Guid? AnsweredBy, DateTimeOffset? AnsweredAt)
{
    public bool IsAnswered => Answers.All(answer => answer.Length > 0);
}
