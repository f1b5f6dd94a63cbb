using System.Text.Json;
using System.Text.Json.Serialization;
using Outpost.Operator.Runtimes;
using Outpost.Platform.Processes;

namespace Outpost.Operator.Locks;

/// <summary>Who holds the lock.</summary>
/// <param name="Run">Its id in the journal.</param>
public sealed record LockOwner(ProcessIdentity Process, Guid Run, string Who, string Command, string Target, DateTimeOffset Since)
{
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"outpost {Command} {Target} of {Who} (pid {Process.Pid}), since {Since:yyyy-MM-dd HH:mm:ss}Z");
}

/// <summary>
/// Lets one command at a time change an installation. The kernel lets go of it however its holder ends, so the next one gets it without asking
/// anybody; who held it is written beside it, for those who find it taken.
/// </summary>
public sealed class OperationLock : IDisposable
{
    private readonly LockFile _held;

    private OperationLock(LockFile held) => _held = held;

    /// <exception cref="TroubleException">Someone else holds it; the message says who.</exception>
    public static OperationLock Take(DataDirectory data, LockOwner owner)
    {
        if (LockFile.TryTake(data.OperationLock) is not { } held)
        {
            var other = OwnerOf(data);
            throw new TroubleException(
                TroubleKind.Locked,
                $"another command changes this installation: {other?.ToString() ?? "it has just begun"}",
                other is null ? "try again in a moment" : $"wait until it has ended (outpost journal), or end it: kill {other.Process.Pid}");
        }

        try
        {
            AtomicFile.Write(data.OperationOwner, JsonSerializer.Serialize(owner, LockJson.Default.LockOwner) + "\n");
            return new(held);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Who holds it now; null when nobody does, or its holder has not yet said who it is.</summary>
    public static LockOwner? OwnerOf(DataDirectory data)
    {
        try
        {
            return File.Exists(data.OperationOwner) && JsonSerializer.Deserialize(File.ReadAllText(data.OperationOwner), LockJson.Default.LockOwner) is { } owner && owner.Process.Runs ? owner : null;
        }
        catch (JsonException)
        {
            return null;
        }
        catch (IOException)
        {
            // It was replaced or let go of just now.
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }

    public void Dispose() => _held.Dispose();
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(LockOwner))]
internal sealed partial class LockJson : JsonSerializerContext;
