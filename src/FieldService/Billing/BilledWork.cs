using Outpost.FieldService.Documents;
using Outpost.Kernel;

namespace Outpost.FieldService.Billing;

/// <summary>A part, a time entry or an expense, as something that an invoice charges for.</summary>
public readonly record struct SubjectId(Guid Value) : IId;

public enum SubjectKind { Part, Time, Expense }

/// <summary>Something that is charged for, once.</summary>
internal sealed record Subject(SubjectId Id, SubjectKind Kind);

/// <summary>What a job has that can be charged for and is not, as lines of an invoice.</summary>
/// <param name="LeftOut">What would be charged for if somebody had said at what price.</param>
internal sealed record BillableWork(IReadOnlyList<Subject> Subjects, IReadOnlyList<LineForm> Lines, IReadOnlyList<Subject> LeftOut);
