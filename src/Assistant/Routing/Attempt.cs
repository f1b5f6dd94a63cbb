using Outpost.Assistant.Catalogue;
using Outpost.Assistant.Providers;

namespace Outpost.Assistant.Routing;

/// <summary>A model that may be asked, with what that costs at most. The price is the one of the moment when the plan was made, and stays it.</summary>
/// <param name="InputBound">Proven: the model never counts more tokens of input than this.</param>
/// <param name="MaxOutput">What the model is told to put out at most, thinking included.</param>
/// <param name="Bound">The most that one attempt costs.</param>
internal sealed record Leg(Model Model, Price Price, long InputBound, int MaxOutput, Spend Bound)
{
    internal required IProvider Provider { get; init; }
}

/// <summary>One request to one provider.</summary>
/// <param name="Id">Sent to the provider as <c>x-client-request-id</c>.</param>
/// <param name="Number">From 1, over all legs of a plan.</param>
internal sealed record Attempt(Guid Id, int Number, Leg Leg, DateTimeOffset StartedAt);

internal enum AttemptOutcome
{
    /// <summary>The provider answered to the end.</summary>
    Answered,

    /// <summary>It did not, and the caller saw nothing of it: another attempt may follow.</summary>
    Failed,

    /// <summary>It broke off after the caller had seen a part.</summary>
    Cut,

    /// <summary>The caller went away, and the connection was closed.</summary>
    Cancelled,
}

/// <summary>How an attempt ended, and what is to be paid for it.</summary>
internal sealed record AttemptEnd(AttemptOutcome Outcome, Usage Usage)
{
    /// <summary>
    /// True when <see cref="Usage"/> was counted here, because the provider did not say it or said what cannot be: all of the input and what was seen of the
    /// output. The line wants to be looked at when the provider's bill comes. A usage of nothing that is not counted is certain: the provider refused.
    /// </summary>
    public bool Counted { get; init; }

    /// <summary>The provider reports more than the leg's bounds allow. The report stands, for it is what will be billed.</summary>
    public bool ExceedsBound { get; init; }

    /// <summary>Null when it answered, or the caller went away.</summary>
    public Fault? Fault { get; init; }

    public int? Status { get; init; }

    /// <summary>The provider's own name for the answer or the request.</summary>
    public string? ProviderRequestId { get; init; }

    /// <summary>From the start to the first content; null when none came.</summary>
    public TimeSpan? FirstToken { get; init; }

    public TimeSpan Took { get; init; }
}

/// <summary>Told of every attempt of one call, in order, never two at a time. The ledger listens here, with one hold over all of them.</summary>
internal interface IAttemptLog
{
    /// <summary>
    /// Before the provider is asked; what is not written down here is not asked. To refuse an attempt (a further one may not fit into the hold), throw a
    /// <c>RuleException</c> or <c>LimitException</c>: nothing is sent, <see cref="EndedAsync"/> is not called, and the call ends with that exception.
    /// </summary>
    ValueTask BeganAsync(Attempt attempt, CancellationToken ct);

    /// <summary>
    /// Once for each attempt that began, on every path, also when the caller is gone; before the caller gets <see cref="AnswerEventKind.Finished"/> or the
    /// exception. Must not be cancelled.
    /// </summary>
    ValueTask EndedAsync(Attempt attempt, AttemptEnd end);
}
