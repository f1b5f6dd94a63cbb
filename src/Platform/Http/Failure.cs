namespace Outpost.Platform.Http;

/// <summary>What a caller is told when a request did not work, before any service has put it into its own shape.</summary>
/// <param name="Status">The HTTP status, 400 to 599.</param>
/// <param name="Message">For a person; never an exception's text, a type name or SQL.</param>
public sealed record Failure(int Status, string Message)
{
    /// <summary>The published code when a rule or a limit named one; null when the status says it all.</summary>
    public string? Code { get; init; }

    /// <summary>What is wrong with which field; empty when it concerns the whole.</summary>
    public IReadOnlyList<Issue> Issues { get; init; } = [];

    /// <summary>What a rule tells a program beside that, as properties of one object; the service writes it in its own spelling.</summary>
    public object? Details { get; init; }

    /// <summary>When the same request may succeed; null when waiting does not help.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>How many calls the window allows; null when the limit is not a count.</summary>
    public int? Limit { get; init; }

    /// <summary>When the window is open again.</summary>
    public DateTimeOffset? ResetsAt { get; init; }
}

/// <summary>One thing wrong with a request.</summary>
/// <param name="Path">The field as the caller spells it: <c>line_items[0].quantity</c>; empty for the body as a whole.</param>
public sealed record Issue(string Path, string Message);
