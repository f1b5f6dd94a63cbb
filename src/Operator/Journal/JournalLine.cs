using System.Text.Json.Serialization;

namespace Outpost.Operator.Journal;

/// <summary>What a line of the journal tells.</summary>
public enum JournalEvent
{
    Start,
    Step,
    End,
}

/// <summary>How a command ended.</summary>
public enum JournalOutcome
{
    Ok,
    Failed,

    /// <summary>It was killed, or the power went; written by the command that came after it.</summary>
    CutOff,
}

/// <summary>One line of the journal. It holds no secret and nobody's data: names of files, databases and steps only.</summary>
/// <param name="Run">The same for all lines of one command.</param>
/// <param name="Who">The user of this machine; with sudo also who called it.</param>
/// <param name="Command">As it is typed, without its options: <c>backup run</c>.</param>
/// <param name="Target">What it changes: a system, a database, a file.</param>
/// <param name="Step">Null but at a step.</param>
/// <param name="Detail">What a later command has to know to go on from here, or why it failed.</param>
/// <param name="Outcome">Null but at the end.</param>
/// <param name="Ms">Milliseconds since the start; null at the start.</param>
public sealed record JournalLine(
    DateTimeOffset At, Guid Run, JournalEvent Event, string Who, int Pid, string Command, string Target, string? Step = null, string? Detail = null, JournalOutcome? Outcome = null, long? Ms = null);

/// <summary>A command as the journal has it.</summary>
/// <param name="Steps">In their order.</param>
/// <param name="End">Null while it runs, and when it was cut off and nobody has noted that yet.</param>
public sealed record JournalledRun(JournalLine Start, IReadOnlyList<JournalLine> Steps, JournalLine? End)
{
    public Guid Id => Start.Run;

    public bool HasReached(string step) => Steps.Any(s => s.Step == step);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = false)]
[JsonSerializable(typeof(JournalLine))]
internal sealed partial class JournalJson : JsonSerializerContext;
