using Outpost.Kernel;

namespace Outpost.Assistant.Budgets;

/// <summary>Every refusal that has to do with money.</summary>
internal static class BudgetRules
{
    /// <summary>What a program may want to know of a refusal, in dollars.</summary>
    public sealed record Numbers(string Window, string Scope, decimal Limit, decimal Used, decimal Bound, DateTimeOffset? OpensAt);

    public static RuleException Exceeded(Refusal refusal)
    {
        var whose = refusal.OfKey ? "this API key" : "this service";
        var window = refusal.Window switch { BudgetWindow.Request => "one request", BudgetWindow.Hour => "an hour", BudgetWindow.Day => "24 hours" };
        var used = refusal.Window is BudgetWindow.Request ? "" : $", of which {refusal.Used} are spent or held";
        var way = refusal.OpensAt is not null ? "Wait, ask for fewer output tokens, or raise the limit." : "Ask for fewer output tokens, send less, take a cheaper model, or raise the limit.";
        return new("BUDGET_EXCEEDED", $"This may cost up to {refusal.Bound} dollars; {whose} may spend {refusal.Limit} in {window}{used}. {way}")
        {
            Details = new Numbers(
                Words<BudgetWindow>.Of(refusal.Window), refusal.OfKey ? "key" : "service", refusal.Limit.Dollars, refusal.Used.Dollars, refusal.Bound.Dollars, refusal.OpensAt),
        };
    }

    public static RuleException LedgerUnreachable() => new("SERVICE_UNAVAILABLE", "The spending ledger cannot be reached at the moment, so nothing is spent. Try again shortly.");

    public static RuleException TooMuchWaits() => new("SERVICE_UNAVAILABLE", "More requests wait for the spending ledger than it takes. Try again shortly.");

    public static RuleException HoldIsOver() => new("TIMEOUT", "The request has lasted longer than its hold on the budget, so no further attempt is made.");

    public static RuleException NegativeLimit(string field) => new("VALIDATION_ERROR", "A limit is 0 or more.") { Field = field };

    public static RuleException MoreThanSet(string field, string limit) =>
        new("VALIDATION_ERROR", $"The operator has set {limit}; here it can be made stricter, not looser.") { Field = field };

    public static RuleException NotExpired() => new("CONFLICT", "Only an expired hold, whose outcome nobody knows, can be resolved.");

    public static RuleException MoreThanBound(string bound) => new("VALIDATION_ERROR", $"It cannot have cost more than the bound of {bound} dollars it was held at.") { Field = "cost" };
}
