using Outpost.Platform.Postgres.Embedded;
using Outpost.Platform.Processes;

namespace Outpost.Operator.Archive.Recovery;

/// <summary>
/// Gives a restored cluster the place of the one that was there, which is kept beside it. The names change in one step, so at every instant one whole
/// cluster lies in the place; a swap that was cut off after that step is finished by whoever comes next.
/// </summary>
internal sealed class ClusterSwap(ClusterPlace place, UnixUser? owner)
{
    private const string Mark = "outpost.restored";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly string _parent = Path.GetDirectoryName(place.Data)!;
    private readonly string _name = Path.GetFileName(place.Data);

    /// <summary>Where a restored cluster is made.</summary>
    public string Restored(string id) => $"{place.Data}.restored-{id}";

    /// <summary>Where the one before it is kept.</summary>
    public string Before(string id) => $"{place.Data}.before-{id}";

    /// <summary>Clusters that were replaced and not yet given up, oldest first.</summary>
    public IReadOnlyList<string> Kept() => [.. Siblings("before-")];

    /// <summary>The id of the restore that is undone next; null when nothing was kept.</summary>
    public string? Last() => Kept() is [.., var last] ? last[(last.LastIndexOf("before-", StringComparison.Ordinal) + 7)..] : null;

    /// <summary>Nothing may run in either. The lock on the data directory is the caller's.</summary>
    public void Run(string id)
    {
        var restored = Restored(id);
        var mark = Path.Combine(restored, Mark);
        AtomicFile.Write(mark, id + "\n");
        PrivateDirectory.Give(mark, owner);
        if (!Directory.Exists(place.Data)) Directory.Move(restored, place.Data);
        else if (!Storage.Exchange(restored, place.Data))
        {
            Directory.Move(place.Data, Before(id));
            Directory.Move(restored, place.Data);
        }

        Storage.SyncNames(_parent);
        Finish();
    }

    /// <summary>Brings the one that was kept back; the restored one is kept in its stead.</summary>
    /// <returns>Where the restored one lies now.</returns>
    public string Undo(string id)
    {
        var undone = $"{place.Data}.undone-{id}";
        if (Storage.Exchange(Before(id), place.Data)) Directory.Move(Before(id), undone);
        else
        {
            Directory.Move(place.Data, undone);
            Directory.Move(Before(id), place.Data);
        }

        Storage.SyncNames(_parent);
        return undone;
    }

    /// <summary>Ends what a kill or a power cut interrupted: what lies under a restored cluster's name and is none was replaced by it.</summary>
    public void Finish()
    {
        if (!Directory.Exists(place.Data))
        {
            // Only where names cannot be exchanged: the old one is aside already, the new one not yet here.
            if (Siblings("restored-").LastOrDefault(directory => IdOf(directory) is { } id && MarkOf(directory) == id && Directory.Exists(Before(id))) is { } waiting) Directory.Move(waiting, place.Data);
            return;
        }

        if (MarkOf(place.Data) is { } swapped && Directory.Exists(Restored(swapped)) && MarkOf(Restored(swapped)) != swapped)
        {
            Directory.Move(Restored(swapped), Before(swapped));
            Storage.SyncNames(_parent);
        }
    }

    /// <summary>Removes restored clusters that never took their place.</summary>
    public async Task RemoveRemainsAsync(TimeProvider clock, Action<string> say, CancellationToken ct)
    {
        Finish();
        foreach (var remains in Siblings("restored-").ToList()) await RemoveAsync(remains, clock, say, ct);
    }

    /// <summary>Removes a cluster that a killed command was making; whatever still works in it is ended first.</summary>
    /// <exception cref="TroubleException">It does not end.</exception>
    public static async Task RemoveAsync(string remains, TimeProvider clock, Action<string> say, CancellationToken ct)
    {
        say($"Removing {remains}, which an interrupted command left behind");
        await StopAsync(remains, clock, say, ct);
        Directory.Delete(remains, recursive: true);
    }

    /// <summary>Ends what a killed command left at work in a cluster that it was making.</summary>
    /// <exception cref="TroubleException">It does not end.</exception>
    public static async Task StopAsync(string directory, TimeProvider clock, Action<string> say, CancellationToken ct)
    {
        await EmbeddedPostgres.StopLeftoversAsync(new(directory, directory, directory, directory), clock, say, ct);
        // What was filling it when its tool was killed goes on doing so.
        foreach (var filling in Filling(directory)) Signals.Send(filling, Signal.Kill);
        if (!await Signals.UntilAsync(() => Filling(directory).Count == 0, Patience, clock, ct)) throw new TroubleException(TroubleKind.Failed, $"something still writes into {directory}", $"see what: fuser -v {directory}");
    }

    private static IReadOnlyList<ProcessIdentity> Filling(string directory) => Leftovers.Of(directory, directory, "pgbackrest", "cp", "pg_verifybackup");

    /// <summary>Gives up what the restores put aside.</summary>
    /// <returns>What was removed.</returns>
    public IReadOnlyList<string> Confirm()
    {
        Finish();
        string[] kept = [.. Kept(), .. Siblings("undone-")];
        foreach (var directory in kept) Directory.Delete(directory, recursive: true);
        return kept;
    }

    private IEnumerable<string> Siblings(string kind) => Directory.Exists(_parent) ? Directory.EnumerateDirectories(_parent, $"{_name}.{kind}*").Order(StringComparer.Ordinal) : [];

    private static string? IdOf(string directory) => directory.LastIndexOf("restored-", StringComparison.Ordinal) is >= 0 and var at ? directory[(at + 9)..] : null;

    private static string? MarkOf(string directory) => File.Exists(Path.Combine(directory, Mark)) ? File.ReadAllText(Path.Combine(directory, Mark)).Trim() : null;
}
