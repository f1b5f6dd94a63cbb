using System.Text.Json;
using System.Text.Json.Serialization;
using Outpost.Platform.Processes;

namespace Outpost.Operator.Runtimes;

/// <summary>How far a run is.</summary>
public enum RunState
{
    Starting,
    Running,
    Stopping,
}

/// <summary>
/// What the supervisor writes down about itself for the commands that come later. It is a hint and no proof: whether it still runs is told
/// by its process.
/// </summary>
/// <param name="Phases">Milliseconds that each step of the start took; some overlap.</param>
public sealed record RunRecord(
    ProcessIdentity Supervisor,
    DateTimeOffset StartedAt,
    RunState State,
    IReadOnlyList<RunRecord.RoleAt> Roles,
    IReadOnlyList<RunRecord.Server> Processes,
    IReadOnlyDictionary<string, long> Phases)
{
    public sealed record RoleAt(string Name, Uri? Address, string? Health);

    public sealed record Server(string Name, ProcessIdentity Identity);

    /// <summary>The record of a supervisor that runs; null when none does.</summary>
    public static RunRecord? OfRunning(DataDirectory data) => Read(data) is { } record && record.Supervisor.Runs ? record : null;

    /// <exception cref="TroubleException">It cannot be written.</exception>
    public void Write(DataDirectory data) => AtomicFile.Write(data.Record, JsonSerializer.Serialize(this, RunJson.Default.RunRecord) + "\n");

    private static RunRecord? Read(DataDirectory data)
    {
        try
        {
            return File.Exists(data.Record) ? JsonSerializer.Deserialize(File.ReadAllText(data.Record), RunJson.Default.RunRecord) : null;
        }
        catch (JsonException)
        {
            // Written by another version; the lock still tells whether anyone is there.
            return null;
        }
        catch (UnauthorizedAccessException e)
        {
            throw new TroubleException(TroubleKind.Refused, $"{data.Record} belongs to another user", $"run this as {UnixUser.NameOf(PrivateDirectory.Owner(data.Record))}", e.Message, e);
        }
    }
}

/// <summary>What <c>up --json</c> prints.</summary>
/// <param name="AlreadyRunning">It ran before; nothing was changed.</param>
/// <param name="Logins">Only those that this start created.</param>
public sealed record UpReport(
    bool AlreadyRunning,
    int Pid,
    string Data,
    IReadOnlyList<RunRecord.RoleAt> Roles,
    IReadOnlyList<UpReport.LoginLine> Logins,
    IReadOnlyDictionary<string, long> PhasesMs)
{
    public sealed record LoginLine(string System, string Email, string Password);
}

/// <summary>What <c>status --json</c> prints.</summary>
/// <param name="Nodes">Who follows this server or whom it follows, a sentence each, with the lag.</param>
public sealed record StatusReport(
    bool Running,
    string Data,
    int? Pid,
    DateTimeOffset? StartedAt,
    string? State,
    IReadOnlyList<StatusReport.RoleLine> Roles,
    IReadOnlyList<StatusReport.ProcessLine> Processes,
    IReadOnlyDictionary<string, long> PhasesMs,
    IReadOnlyList<string> Nodes,
    bool NodesHealthy)
{
    public sealed record RoleLine(string Name, Uri? Address, bool Healthy);

    public sealed record ProcessLine(string Name, int Pid, bool Runs, long MemoryBytes);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(RunRecord))]
[JsonSerializable(typeof(UpReport))]
[JsonSerializable(typeof(StatusReport))]
internal sealed partial class RunJson : JsonSerializerContext;
