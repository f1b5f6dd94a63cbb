namespace Outpost.Platform.Processes;

/// <summary>How a trouble ends the process.</summary>
public enum TroubleKind
{
    /// <summary>It was tried and did not work.</summary>
    Failed,

    /// <summary>A precondition is missing; nothing was changed.</summary>
    Refused,

    /// <summary>Someone else is at it.</summary>
    Locked,
}

/// <summary>
/// What stops the operator, told in one message: the cause, what shows it, and the next thing to type. It never holds a secret.
/// </summary>
/// <param name="cause">One sentence without a full stop at its end.</param>
/// <param name="next">What to do about it, best a command.</param>
/// <param name="evidence">What was seen: the end of a log, a path, a process.</param>
public sealed class TroubleException(TroubleKind kind, string cause, string next, string? evidence = null, Exception? inner = null)
    : Exception(cause, inner)
{
    public TroubleKind Kind { get; } = kind;

    public string? Evidence { get; } = evidence;

    public string Next { get; } = next;

    public override string ToString() => Evidence is null ? $"{Message}.\nNext: {Next}" : $"{Message}.\n{Indent(Evidence)}\nNext: {Next}";

    private static string Indent(string text) => "  " + text.TrimEnd().Replace("\n", "\n  ", StringComparison.Ordinal);
}
