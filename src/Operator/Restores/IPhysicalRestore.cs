using Outpost.Operator.Journal;
using Outpost.Operator.Runtimes;
using Outpost.Platform.Configuration;

namespace Outpost.Operator.Restores;

/// <summary>To which instant an archive is replayed: the newest there is, a time, or a named restore point.</summary>
/// <param name="Time">Null for the newest, or when a name is given.</param>
/// <param name="Name">Null for the newest, or when a time is given.</param>
public sealed record ArchiveInstant(DateTimeOffset? Time, string? Name);

/// <summary>What was asked for.</summary>
/// <param name="Yes">Not to be asked about.</param>
/// <param name="Output">For the result.</param>
/// <param name="Talk">For everything else.</param>
public sealed record PhysicalRestoreRequest(ArchiveInstant Instant, DataDirectory Data, Settings Settings, bool Yes, bool Json, TextWriter Output, TextWriter Talk);

/// <summary>Restores a whole server from its archive of write-ahead log, where there is one.</summary>
public interface IPhysicalRestore
{
    /// <summary>Whether this installation keeps an archive, from which <c>--latest</c> loses less than from a dump.</summary>
    bool IsThere(DataDirectory data, Settings settings);

    /// <summary>Takes the lock, writes the journal and does it.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="Platform.Processes.TroubleException">It was refused, or did not work; what runs is as it was.</exception>
    Task<int> RestoreAsync(PhysicalRestoreRequest request, CancellationToken ct);

    /// <summary>When the newest restore was of which the former server is kept; null when none is.</summary>
    DateTimeOffset? LastKept(DataDirectory data);

    /// <summary>Takes that restore back, under the caller's lock and journal.</summary>
    /// <returns>The directory that is again what it was.</returns>
    Task<string> UndoAsync(DataDirectory data, Settings settings, Operation operation, TextWriter talk, CancellationToken ct);

    /// <summary>Removes what was kept, under the caller's lock and journal.</summary>
    /// <returns>The directories that are gone.</returns>
    IReadOnlyList<string> Confirm(DataDirectory data, Operation operation);
}
