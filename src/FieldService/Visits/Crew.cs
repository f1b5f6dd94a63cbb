using Outpost.FieldService.Accounts;
using Outpost.Kernel;

namespace Outpost.FieldService.Visits;

/// <summary>Who goes to a visit: a list without repetition of which the first leads. The lead is what the API has called <c>assigned_user_id</c> from the beginning.</summary>
internal static class Crew
{
    public const int Most = 20;

    /// <param name="lead">Leads, whether they are among <paramref name="everybody"/> or not.</param>
    public static IReadOnlyList<UserId> Of(UserId? lead, IReadOnlyList<UserId>? everybody) =>
        [.. lead is { } first ? [first] : Array.Empty<UserId>(), .. (everybody ?? []).Distinct().Where(person => person != lead)];

    /// <summary>Another lead takes the place of the one before; the others still go. Without a lead nobody goes.</summary>
    public static IReadOnlyList<UserId> WithLead(Visit visit, UserId? lead) =>
        lead == visit.AssignedUserId ? visit.TechnicianIds : lead is null ? [] : Of(lead, [.. visit.TechnicianIds.Skip(1)]);

    /// <summary>Whoever has left the company is sent nowhere any more.</summary>
    public static Func<User, RuleException?> MayGo(IReadOnlyList<UserId> going) =>
        person => person.DeactivatedAt is null ? null : VisitRules.HasLeft(person.Id == going[0] ? "assigned_user_id" : "technician_ids");
}
