using Outpost.Assistant.Catalogue;
using Outpost.Assistant.Routing;
using Outpost.Kernel;

namespace Outpost.Assistant.Budgets;

/// <summary>
/// The one hold over all attempts of a request. It is taken before anything is sent, raised when an attempt that may be billed is followed by another, and
/// settled with a line for each when the request is over.
/// </summary>
internal sealed class RequestBudget : IAttemptLog, IDisposable
{
    private readonly Ledger _ledger;
    private readonly List<Charge> _charges = new(1);
    private readonly Task _kept;
    private Spend _held;
    private bool _over;

    private RequestBudget(Ledger ledger, Guid id, RoutePlan plan, Spend held, Task kept) => (_ledger, Id, Plan, _held, _kept) = (ledger, id, plan, held, kept);

    /// <summary>Names the request in the ledger.</summary>
    public Guid Id { get; }

    /// <summary>What may be sent: the plan as it was, or with less output when only that fitted.</summary>
    public RoutePlan Plan { get; }

    /// <summary>The output that was granted, when that is less than what was asked for or than what the model can; otherwise null.</summary>
    public int? Clamped { get; private init; }

    /// <summary>What it has cost so far.</summary>
    public Spend Cost { get; private set; }

    public IReadOnlyList<Charge> Charges => _charges;

    /// <param name="lifetime">Longer than the request may last.</param>
    /// <exception cref="RuleException">BUDGET_EXCEEDED, SERVICE_UNAVAILABLE</exception>
    public static async Task<RequestBudget> TakeAsync(Ledger ledger, RoutePlan plan, Purpose purpose, BudgetPolicy policy, TimeSpan lifetime, CancellationToken ct)
    {
        // Who names no number has asked for no particular one, and gets what fits.
        var mayClamp = policy is BudgetPolicy.ClampMaxTokens || plan.Request.MaxOutputTokens is null;
        var (offered, clamped) = (plan, (int?)null);
        for (var attempt = 1; ; attempt++)
        {
            var most = offered.Legs.Max(leg => leg.MaxOutput);
            var request = new HoldRequest(Guid.CreateVersion7(), purpose, offered.Legs[0].Model.Name, offered.Bound, most, lifetime);
            var answer = await ledger.HoldAsync(request, ct);
            if (answer.Refused is not { } refusal) return new(ledger, request.Id, offered, request.Bound, answer.Kept) { Clamped = clamped };

            // Others spend at the same time: what fitted a moment ago may not any more.
            var fits = mayClamp && attempt < 4 ? Math.Min(offered.OutputWithin(refusal.Room), most - 1) : 0;
            if (fits < 1) throw BudgetRules.Exceeded(refusal);

            clamped = (int)fits;
            offered = offered.WithMaxOutput(clamped.Value);
        }
    }

    public ValueTask BeganAsync(Attempt attempt, CancellationToken ct)
    {
        var needed = Cost + attempt.Leg.Bound;
        return needed <= _held ? ValueTask.CompletedTask : RaiseAsync(needed, ct);
    }

    public ValueTask EndedAsync(Attempt attempt, AttemptEnd end)
    {
        var leg = attempt.Leg;
        var charge = new Charge(
            attempt.Number, attempt.Id, leg.Model.Provider, leg.Model.Name, leg.Price, end.Usage, end.Counted ? ChargeBasis.Counted : ChargeBasis.Reported, Words<AttemptOutcome>.Of(end.Outcome));
        _charges.Add(charge);
        Cost += charge.Cost;
        return ValueTask.CompletedTask;
    }

    /// <summary>Ends the hold with what was spent. The first call counts.</summary>
    public void Dispose()
    {
        if (_over) return;

        _over = true;
        _ledger.Settle(new(Id, _charges));
    }

    private async ValueTask RaiseAsync(Spend bound, CancellationToken ct)
    {
        await _ledger.ExtendAsync(Id, _kept, bound, ct);
        _held = bound;
    }
}
