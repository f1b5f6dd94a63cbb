using Outpost.Assistant.Catalogue;

namespace Outpost.Assistant.Budgets;

/// <summary>On whose account a request is.</summary>
/// <param name="Key">The API key, which has limits of its own; null when a person asked.</param>
/// <param name="Person">Who is signed in, or made the key; null when nobody is known.</param>
/// <param name="Conversation">Where it belongs; null outside of any.</param>
/// <param name="Service">What asked: <c>chat</c>, <c>gateway</c>, <c>embeddings</c>.</param>
internal readonly record struct Purpose(Guid? Key, Guid? Person, Guid? Conversation, string Service);

/// <summary>What one request asks of the ledger before a provider is called.</summary>
/// <param name="Id">Of the request; a hold is taken once per id.</param>
/// <param name="Model">What was asked for.</param>
/// <param name="Bound">The most that it can cost, proven.</param>
/// <param name="MaxTokens">The output that the bound allows.</param>
/// <param name="Lifetime">Longer than the request may last: past it the hold is settled at the bound.</param>
internal sealed record HoldRequest(Guid Id, Purpose For, string Model, Spend Bound, long? MaxTokens, TimeSpan Lifetime);

internal enum BudgetWindow { Request, Hour, Day }

/// <summary>Why a hold was refused.</summary>
/// <param name="OfKey">It is the key's own limit.</param>
/// <param name="Limit">Of that window.</param>
/// <param name="Used">Settled and held in it at that moment.</param>
/// <param name="Room">The most that one request could have cost, over all windows; negative when a limit was lowered below what is used.</param>
/// <param name="OpensAt">When it would fit; null when it never will.</param>
internal sealed record Refusal(BudgetWindow Window, bool OfKey, Spend Limit, Spend Used, Spend Bound, Spend Room, DateTimeOffset? OpensAt);

/// <param name="Refused">Null when the hold was taken.</param>
internal readonly record struct HoldAnswer(Refusal? Refused)
{
    /// <summary>Ends when the hold has a row of its own: at once, or when it was taken out of a lease a moment later.</summary>
    public Task Kept { get; init; } = Task.CompletedTask;
}

/// <summary>How the amount of a line was found.</summary>
internal enum ChargeBasis
{
    /// <summary>The provider said what was used.</summary>
    Reported,

    /// <summary>It did not, so all of the input and what was seen of the output was counted.</summary>
    Counted,
}

/// <summary>One attempt at a provider as a line of the ledger. The cost is the price's own: whoever has the version can compute it again.</summary>
/// <param name="AttemptId">What the provider was told as <c>x-client-request-id</c>.</param>
/// <param name="Outcome">answered, failed, cut or cancelled.</param>
internal sealed record Charge(int Attempt, Guid AttemptId, string Provider, string Model, Price Price, Usage Usage, ChargeBasis Basis, string Outcome)
{
    public Spend Cost { get; } = Price.Of(Usage);
}

/// <summary>How a request ended.</summary>
/// <param name="Charges">Empty when no provider was asked: the hold is released.</param>
internal sealed record Settlement(Guid Hold, IReadOnlyList<Charge> Charges)
{
    public Spend Cost { get; } = Charges.Aggregate(Spend.Zero, (sum, charge) => sum + charge.Cost);

    public bool IsRelease => Charges.Count == 0;
}
