using System.Text.Json.Serialization;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Clients;
using Outpost.FieldService.Invoices;
using Outpost.FieldService.Properties;
using Outpost.FieldService.Schedule;
using Outpost.FieldService.Web;
using Outpost.Kernel;

namespace Outpost.FieldService.Recurring;

public readonly record struct InvoicePlanId(Guid Value) : IId
{
    public static InvoicePlanId New() => new(Guid.CreateVersion7());

    public static bool TryParse(string? text, out InvoicePlanId id)
    {
        var read = Guid.TryParse(text, out var value);
        id = new(value);
        return read;
    }
}

/// <summary>
/// An invoice that comes round: each time the rule says so the worker makes one of it, as a draft or issued. It moves along <see cref="JobPlan.Moves"/>. A time
/// that is late is made up for, one invoice each, because it is owed all the same.
/// </summary>
/// <param name="Invoice">The invoice as it would be posted; who it is for stands in it too.</param>
/// <param name="TermsDays">Days from the day it is made to the day it is due; null leaves that to the company's terms.</param>
/// <param name="Issues">Issued at once with the next number, or else left as a draft.</param>
/// <param name="Trouble">Why the next one could not be made; it is tried again until it can.</param>
internal sealed record InvoicePlan(
    InvoicePlanId Id, AccountId AccountId, ClientId ClientId, PropertyId? PropertyId, string Title, CreateInvoice.Request Invoice, int? TermsDays, bool Issues,
    WallTime StartsAtLocal, string TimeZone, string Rrule, IReadOnlyList<WallTime> Exdates, PlanStatus Status, DateTimeOffset? NextAt, string? Trouble, UserId CreatedBy,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt) : IVersioned
{
    /// <summary>How often it was changed, from 1 on. What the worker makes is no change of the plan.</summary>
    public int Version { get; init; }

    [JsonIgnore]
    internal Recurrence Recurrence => new(StartsAtLocal, SiteTime.Zone(TimeZone), RuleText.Read(Rrule), Exdates);

    /// <exception cref="RuleException">INVALID_TRANSITION</exception>
    internal InvoicePlan To(PlanStatus next) => JobPlan.Moves[Status].Contains(next) ? this with { Status = next, Trouble = null } : throw RecurringRules.CannotMove(Status, next);

    /// <param name="last">The last time that was made: a day has at most one invoice, also when the hour changes.</param>
    internal InvoicePlan GoingOnFrom(DateTimeOffset from, WallTime? last) => this with
    {
        NextAt = Status is PlanStatus.Active
            ? Recurrence.From(from).FirstOrDefault(o => last is null || o.Local.Local.Date > last.Value.Local.Date)?.At.ToUniversalTime()
            : null,
    };
}
