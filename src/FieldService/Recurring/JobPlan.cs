using System.Collections.Frozen;
using System.Text.Json.Serialization;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Clients;
using Outpost.FieldService.Properties;
using Outpost.FieldService.Schedule;
using Outpost.FieldService.Web;
using Outpost.Kernel;

namespace Outpost.FieldService.Recurring;

public readonly record struct JobPlanId(Guid Value) : IId
{
    public static JobPlanId New() => new(Guid.CreateVersion7());

    public static bool TryParse(string? text, out JobPlanId id)
    {
        var read = Guid.TryParse(text, out var value);
        id = new(value);
        return read;
    }
}

public enum PlanStatus { Active, Paused, Ended }

/// <summary>
/// Work that comes round for one client: what is done, by whom, for how long, and by which rule. Of each time it comes round the worker makes a job with a
/// visit, <see cref="HorizonDays"/> ahead. The next time always follows from the rule, never from when something was last done.
/// </summary>
/// <param name="TechnicianIds">Who goes; the first is the lead.</param>
/// <param name="Rrule">The recurrence rule as <see cref="RuleText"/> writes it.</param>
/// <param name="NextAt">The first time it comes round that is not made yet; null when none is left, or while nothing is made.</param>
/// <param name="FollowsPlanId">The plan that was changed from some day on, of which this is the rest.</param>
public sealed record JobPlan(
    JobPlanId Id, AccountId AccountId, ClientId ClientId, PropertyId? PropertyId, string Title, string? Description, int Priority, IReadOnlyList<UserId> TechnicianIds,
    int DurationMinutes, WallTime StartsAtLocal, string TimeZone, string Rrule, IReadOnlyList<WallTime> Exdates, int HorizonDays, PlanStatus Status, DateTimeOffset? NextAt,
    JobPlanId? FollowsPlanId, UserId CreatedBy, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt) : IVersioned
{
    // The database holds the same table in state_moves; a test compares the two and writes docs/states/job-plan.md.
    internal static readonly FrozenDictionary<PlanStatus, PlanStatus[]> Moves = new Dictionary<PlanStatus, PlanStatus[]>
    {
        [PlanStatus.Active] = [PlanStatus.Paused, PlanStatus.Ended],
        [PlanStatus.Paused] = [PlanStatus.Active, PlanStatus.Ended],
        [PlanStatus.Ended] = [],
    }.ToFrozenDictionary();

    /// <summary>How often it was changed, from 1 on. What the worker makes is no change of the plan.</summary>
    public int Version { get; init; }

    [JsonIgnore]
    internal Recurrence Recurrence => new(StartsAtLocal, SiteTime.Zone(TimeZone), RuleText.Read(Rrule), Exdates);

    internal TimeSpan Duration => TimeSpan.FromMinutes(DurationMinutes);

    /// <summary>The plan in its next status. What a pause held up is not made up for: it goes on with the first time that is still to come.</summary>
    /// <exception cref="RuleException">INVALID_TRANSITION</exception>
    internal JobPlan To(PlanStatus next, DateTimeOffset now) => Moves[Status].Contains(next)
        ? (this with { Status = next }).GoingOnFrom(now)
        : throw RecurringRules.CannotMove(Status, next);

    /// <summary>The plan with the first time at or after a moment as its next.</summary>
    internal JobPlan GoingOnFrom(DateTimeOffset from) => this with { NextAt = Status is PlanStatus.Active ? Recurrence.From(from).FirstOrDefault()?.At.ToUniversalTime() : null };
}
