using Outpost.Assistant.Budgets;
using Outpost.Assistant.Providers;
using Outpost.Assistant.Routing;
using Outpost.Kernel;

namespace Outpost.Assistant.Asking;

/// <summary>The one way to a model: a plan, a hold over what it can cost at most, the answer, and the settlement. Nothing reaches a provider past it.</summary>
internal sealed class Ask(Router router, Ledger ledger, RouterLimits limits)
{
    // A hold outlives its request by so much that it expires only when the process that took it is gone.
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    /// <summary>Holds what the question can cost at most. Nothing is sent yet; the question has to be disposed, whatever happens.</summary>
    /// <param name="policy">Null for the operator's.</param>
    /// <exception cref="RuleException">MODEL_UNKNOWN and its like, BUDGET_EXCEEDED, SERVICE_UNAVAILABLE</exception>
    public async Task<Question> HoldAsync(string model, ModelRequest request, Purpose purpose, BudgetPolicy? policy, CancellationToken ct)
    {
        var plan = router.Plan(model, request);
        return new(router, await RequestBudget.TakeAsync(ledger, plan, purpose, policy ?? ledger.Policy, limits.Deadline + Grace, ct));
    }

    /// <summary>Vectors of texts, held and settled like an answer.</summary>
    /// <exception cref="RuleException">MODEL_UNKNOWN and its like, BUDGET_EXCEEDED, SERVICE_UNAVAILABLE</exception>
    /// <exception cref="ProviderException">The provider did not answer.</exception>
    public async Task<(EmbeddingAnswer Answer, RequestBudget Budget)> EmbedAsync(string model, IReadOnlyList<string> texts, int? dimensions, Purpose purpose, CancellationToken ct)
    {
        var plan = router.PlanEmbedding(model, texts);
        using var budget = await RequestBudget.TakeAsync(ledger, plan, purpose, BudgetPolicy.Strict, limits.Deadline + Grace, ct);
        return (await router.EmbedAsync(budget.Plan, dimensions, budget, ct), budget);
    }
}

/// <summary>A question that has its hold.</summary>
internal sealed class Question(Router router, RequestBudget budget) : IDisposable
{
    public RequestBudget Budget => budget;

    /// <exception cref="ProviderException">Nobody answered, or the one who did broke off.</exception>
    public IAsyncEnumerable<AnswerEvent> AnswerAsync(CancellationToken ct) => router.AnswerAsync(budget.Plan, budget, ct);

    /// <summary>Settles; the first call counts.</summary>
    public void Dispose() => budget.Dispose();
}
