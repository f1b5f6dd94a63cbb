using Npgsql;
using Outpost.Operator.Archive;
using Outpost.Operator.Journal;
using Outpost.Operator.Runtimes;
using Outpost.Platform.Configuration;
using Outpost.Platform.Postgres.Embedded;
using Outpost.Platform.Processes;

namespace Outpost.Operator.Nodes;

/// <summary>Makes a data directory that follows another server: a copy of it, and a place in its log that is kept until this node has it.</summary>
internal static class AddStandby
{
    private const int LongestName = 40;

    /// <param name="replace">A cluster that lies there is put aside first; a fence is lifted.</param>
    /// <exception cref="TroubleException">There is a cluster already, or the primary cannot be copied.</exception>
    public static async Task<NodeRecord> RunAsync(DataDirectory data, string from, string name, bool replace, Settings settings, Operation operation, TimeProvider clock, Action<string> say, CancellationToken ct)
    {
        if (name.Length is 0 or > LongestName || name.Any(c => !(char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_')))
        {
            throw new TroubleException(TroubleKind.Refused, "that is no name for a node", $"use 1 to {LongestName} of the characters a-z 0-9 _");
        }

        var primary = await Primary.FindAsync(from, ct);
        if (primary.Data?.Path == data.Path) throw new TroubleException(TroubleKind.Refused, $"{data.Path} cannot follow itself", "name a second directory: outpost node add --data DIR2 --from DIR");

        var (user, _) = Backends.Users();
        data.Prepare(user is null ? [] : [user]);
        using var held = LockFile.TryTake(data.Lock) ?? throw new TroubleException(TroubleKind.Refused, $"something runs in {data.Path}", $"outpost down --data {data.Path}");
        MakeRoom(data, replace, operation, clock);

        await using var source = Primary.Source(primary.Admin);
        var (record, server) = await DescribeAsync(source, primary, data, name, user, settings, clock, ct);
        operation.Step("copy", record.PrimaryUrl);
        say($"Copying {record.PrimaryUrl}");
        await CopyAsync(source, server, data, record, ct);

        operation.Step("place", data.Postgres.Data);
        // The passwords of its roles are the primary's, as everything in it is.
        if (primary.Data is { } there) CopySecrets(there, data);
        record.Write(data);
        Directory.Move(Making(data), data.Postgres.Data);
        Storage.SyncNames(data.Path);
        File.Delete(data.Fence);
        return record;
    }

    private static void MakeRoom(DataDirectory data, bool replace, Operation operation, TimeProvider clock)
    {
        if (Directory.Exists(Making(data))) Directory.Delete(Making(data), recursive: true);
        if (!Directory.Exists(data.Postgres.Data) || !Directory.EnumerateFileSystemEntries(data.Postgres.Data).Any()) return;

        if (!replace) throw new TroubleException(TroubleKind.Refused, $"there is a database in {data.Postgres.Data}", "choose an empty directory, or add --replace to put it aside");

        var aside = $"{data.Postgres.Data}.before-{clock.GetUtcNow().UtcDateTime.ToString("yyyyMMdd'T'HHmmss", System.Globalization.CultureInfo.InvariantCulture)}";
        operation.Step("aside", aside);
        Directory.Move(data.Postgres.Data, aside);
    }

    private static async Task<(NodeRecord Record, ArchivedServer Server)> DescribeAsync(
        NpgsqlDataSource source, Primary primary, DataDirectory data, string name, UnixUser? user, Settings settings, TimeProvider clock, CancellationToken ct)
    {
        try
        {
            var connections = await NodeSql.ConnectionsAsync(source, ct);
            var binaries = await PostgresBinaries.FindAsync(settings["POSTGRES_BIN"], primary.Data?.Postgres.Data ?? "/nonexistent", ct);
            await NodeSql.DropSlotAsync(source, $"standby_{name}", ct);
            var server = new ArchivedServer(primary.Follow, null, user, binaries, null, data.Passfile);
            return (new(name, primary.Data?.Path, (primary.Follow with { Password = null }).ToUrl(), $"standby_{name}", connections, clock.GetUtcNow()), server);
        }
        catch (NpgsqlException e)
        {
            throw new TroubleException(TroubleKind.Failed, $"the primary at {primary.Admin} does not answer", "start it, or correct --from", e.Message, e);
        }
    }

    private static async Task CopyAsync(NpgsqlDataSource source, ArchivedServer server, DataDirectory data, NodeRecord record, CancellationToken ct)
    {
        server.WritePassfile();
        var making = Making(data);
        PrivateDirectory.Ensure(making, server.RunAs);
        var copied = await ShortRun.OfAsync(
            [
                .. server.WithPassword(), server.Binaries.Of("pg_basebackup"), "-D", making, "-Fp", "-X", "stream", "-c", "fast", "-R", "-C", "-S", record.Slot, "--no-password",
                "-d", $"{server.ConnectionWords($"outpost_{record.Name}")} passfile='{server.Passfile}'",
            ],
            server.RunAs, null, ct);
        if (copied.Code == 0) return;

        Directory.Delete(making, recursive: true);
        await NodeSql.DropSlotAsync(source, record.Slot, ct);
        throw Storage.IsFull(copied.Output) ? Storage.Full(data.Path, copied.Output.Trim()) : new TroubleException(TroubleKind.Failed, "the primary could not be copied", "fix what pg_basebackup says, then: outpost node add", ArchiveTroubles.LastLines(copied.Output));
    }

    private static void CopySecrets(DataDirectory from, DataDirectory to)
    {
        if (File.Exists(to.Secrets)) File.Move(to.Secrets, $"{to.Secrets}.before", overwrite: true);
        AtomicFile.Write(to.Secrets, File.ReadAllText(from.Secrets));
    }

    private static string Making(DataDirectory data) => data.Postgres.Data + ".standby-new";
}
