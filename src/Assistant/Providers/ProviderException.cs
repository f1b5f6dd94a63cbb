namespace Outpost.Assistant.Providers;

/// <summary>Why a provider did not answer, or not to the end. It decides what is done next.</summary>
internal enum Fault
{
    /// <summary>429: too many requests. The same provider answers after <see cref="ProviderException.RetryAfter"/>.</summary>
    RateLimited,

    /// <summary>402, or a 429 that no waiting cures: our account there is empty. Not asked again; another provider may be.</summary>
    OutOfMoney,

    /// <summary>400, 413, 422: the request itself is not accepted. Asked again of nobody.</summary>
    Rejected,

    /// <summary>401, 403, 404: the key or the model's id is wrong there. Not asked again; another provider may be.</summary>
    NotAllowed,

    /// <summary>503, 529: it has more to do than it can.</summary>
    Overloaded,

    /// <summary>Any other 5xx.</summary>
    ServerError,

    /// <summary>Nothing came in the time that there was.</summary>
    TimedOut,

    /// <summary>No connection, or it broke before the answer was complete.</summary>
    Network,

    /// <summary>What came is not what the provider's API says.</summary>
    Malformed,
}

/// <summary>
/// A provider did not answer. The message is ours, of fixed words and codes: what the provider wrote may repeat the prompt, and is neither kept nor shown.
/// </summary>
internal sealed class ProviderException(Fault fault, string provider, string message) : Exception(message)
{
    public Fault Fault { get; } = fault;

    /// <summary>Its name in the list of models.</summary>
    public string Provider { get; } = provider;

    /// <summary>The HTTP status; null when there was none.</summary>
    public int? Status { get; init; }

    /// <summary>The provider's own word for it, such as <c>overloaded_error</c>; null when it said none.</summary>
    public string? ProviderCode { get; init; }

    /// <summary>The provider's name for the request, for its support.</summary>
    public string? RequestId { get; init; }

    /// <summary>How long it wants to be left alone; null when it did not say.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>
    /// The provider may have worked on the request, and so may bill for it, although it did not answer to the end: the connection broke or the time was up after
    /// the request was sent, or an answer had begun.
    /// </summary>
    public bool MayHaveWorked { get; init; }

    /// <summary>Whether the caller has seen a part of the answer; set by the router.</summary>
    public bool AfterFirstToken { get; init; }

    /// <summary>The same, with what the caller has to know: a part of the answer was already told.</summary>
    public ProviderException AfterContent() => new(Fault, Provider, Message)
    {
        Status = Status,
        ProviderCode = ProviderCode,
        RequestId = RequestId,
        RetryAfter = RetryAfter,
        MayHaveWorked = true,
        AfterFirstToken = true,
    };
}
