namespace Outpost.Kernel;

/// <summary>The request was understood and refused by a rule of the business. Knows nothing of HTTP.</summary>
/// <param name="code">The published error code, part of the API: <c>CONFLICT</c>, <c>INVALID_TRANSITION</c> …</param>
/// <param name="message">What is wrong and what to do, for a person.</param>
public sealed class RuleException(string code, string message) : Exception(message)
{
    public string Code { get; } = code;

    /// <summary>The field of the request that the rule speaks of, as the caller spelled it; null when it concerns the whole.</summary>
    public string? Field { get; init; }

    /// <summary>What a program needs to know to do better, as properties of one object; null when the message says it all.</summary>
    public object? Details { get; init; }
}

/// <summary>A rate limit or a budget is used up; the same request may succeed after <paramref name="retryAfter"/>.</summary>
public sealed class LimitException(string code, string message, TimeSpan retryAfter) : Exception(message)
{
    public string Code { get; } = code;

    public TimeSpan RetryAfter { get; } = retryAfter;

    /// <summary>How many calls the window allows; null when the limit is not a count.</summary>
    public int? Limit { get; init; }

    /// <summary>When the window is open again; null when only <see cref="RetryAfter"/> is known.</summary>
    public DateTimeOffset? ResetsAt { get; init; }
}
