using Npgsql;
using Outpost.Operator.Archive;
using Outpost.Operator.Journal;
using Outpost.Operator.Runtimes;
using Outpost.Platform.Configuration;
using Outpost.Platform.Postgres.Embedded;
using Outpost.Platform.Processes;
using Lsn = NpgsqlTypes.NpgsqlLogSequenceNumber;

namespace Outpost.Operator.Nodes;

/// <summary>How the old primary is kept from writing.</summary>
/// <param name="Stop">A primary on this machine that still runs is stopped first.</param>
/// <param name="Command">Run by the shell; its success says that the primary elsewhere is off and stays off.</param>
/// <param name="Destroyed">The operator's word that it is off and stays off.</param>
internal sealed record Fencing(bool Stop, string? Command, bool Destroyed);

/// <summary>What a promotion led to.</summary>
/// <param name="Reached">How far the log of the new primary goes.</param>
/// <param name="Complete">Whether it had everything that the old one had committed; null when that could not be looked up.</param>
internal sealed record Promoted(string Node, string Reached, bool? Complete, string FencedBy);

/// <summary>Makes a standby the primary: by hand, and never beside another one. The fence stands before anything is promoted.</summary>
internal sealed class Promotion(DataDirectory data, Settings settings, TimeProvider clock, Action<string> say)
{
    private static readonly TimeSpan PromotedWithin = TimeSpan.FromMinutes(5), LockWithin = TimeSpan.FromSeconds(5);

    /// <exception cref="TroubleException">The old primary is not provably off; nothing was promoted.</exception>
    public async Task<Promoted> RunAsync(Fencing fencing, Func<DataDirectory, CancellationToken, Task> stop, Operation operation, CancellationToken ct)
    {
        var node = NodeRecord.Read(data) ?? throw new TroubleException(TroubleKind.Refused, $"{data.Path} is no standby", $"make one: outpost node add --data {data.Path} --from DIR");
        if (!Fence.Follows(data)) throw new TroubleException(TroubleKind.Refused, $"{node.Name} is the primary already", $"start everything there: outpost up --data {data.Path}");

        operation.Step("fence", node.PrimaryUrl);
        using var held = node.PrimaryData is { } there && Directory.Exists(there) ? await FenceHereAsync(new(there), fencing, node, stop, ct) : null;
        var how = held is not null ? "stopped and fenced on this machine" : node.PrimaryData is not null ? "its data directory is gone" : await FenceElsewhereAsync(node, fencing, ct);

        var ends = held is null ? null : await EndOfAsync(new DataDirectory(node.PrimaryData!), ct);
        operation.Step("promote", node.Name);
        var reached = await PromoteAsync(ct);

        node = node with { PromotedAt = clock.GetUtcNow() };
        node.Write(data);
        if (RunRecord.OfRunning(data) is not null)
        {
            operation.Step("stop");
            await stop(data, ct);
        }

        return new(node.Name, reached.ToString(), ends is { } end ? reached >= end : null, how);
    }

    /// <summary>Stops an installation and keeps it from starting again; what a promotion on another machine runs here.</summary>
    public static async Task FenceAsync(DataDirectory primary, string by, Func<DataDirectory, CancellationToken, Task> stop, TimeProvider clock, Action<string> say, CancellationToken ct)
    {
        await stop(primary, ct);
        LockFile? held = null;
        if (!await Signals.UntilAsync(() => (held = LockFile.TryTake(primary.Lock)) is not null, LockWithin, clock, ct)) throw new TroubleException(TroubleKind.Locked, $"something starts in {primary.Path} again and again", "keep the service manager from it (systemctl disable --now outpost), then try again");

        using (held)
        {
            await EmbeddedPostgres.StopLeftoversAsync(primary.Postgres, clock, say, ct);
            new Fence(by, clock.GetUtcNow()).Put(primary);
        }
    }

    private async Task<LockFile> FenceHereAsync(DataDirectory primary, Fencing fencing, NodeRecord node, Func<DataDirectory, CancellationToken, Task> stop, CancellationToken ct)
    {
        var runs = RunRecord.OfRunning(primary) is not null || Leftovers.Of(primary.Postgres.Data, $"-D {primary.Postgres.Data} ", "postgres").Count > 0;
        if (runs && !fencing.Stop) throw new TroubleException(TroubleKind.Refused, $"the primary in {primary.Path} runs, and there must never be two", $"let this stop it first: outpost node promote --data {data.Path} --fence");
        if (runs) await stop(primary, ct);

        LockFile? held = null;
        if (!await Signals.UntilAsync(() => (held = LockFile.TryTake(primary.Lock)) is not null, LockWithin, clock, ct)) throw new TroubleException(TroubleKind.Refused, $"the primary in {primary.Path} is being started", $"stop it: outpost down --data {primary.Path}");

        try
        {
            await EmbeddedPostgres.StopLeftoversAsync(primary.Postgres, clock, say, ct);
            new Fence($"{node.Name} in {data.Path}", clock.GetUtcNow()).Put(primary);
            return held!;
        }
        catch
        {
            held!.Dispose();
            throw;
        }
    }

    private async Task<string> FenceElsewhereAsync(NodeRecord node, Fencing fencing, CancellationToken ct)
    {
        if (fencing.Command is { } command)
        {
            var ran = await ShortRun.OfAsync(["/bin/sh", "-c", command], null, null, ct);
            if (ran.Code != 0) throw new TroubleException(TroubleKind.Refused, $"the fence command ended with {ran.Code}, so the primary may still run; nothing was promoted", "make it succeed only when the primary is off, then try again", ArchiveTroubles.LastLines(ran.Output));
        }

        if (await AnswersAsync(node, ct)) throw new TroubleException(TroubleKind.Refused, $"the primary at {node.PrimaryUrl} answers, and there must never be two; nothing was promoted", $"fence it: outpost node promote --data {data.Path} --fence-command 'ssh PRIMARY outpost node fence --yes'");
        if (fencing.Command is not null) return "the fence command succeeded, and it answers no more";

        // Silence is no proof: it may be the way to it that is cut.
        return fencing.Destroyed
            ? "the operator's word that it is off and stays off"
            : throw new TroubleException(TroubleKind.Refused, $"the primary at {node.PrimaryUrl} does not answer, which does not prove that it is off; nothing was promoted", "fence it with --fence-command CMD; or, when you have seen that it is off and stays off, add --primary-destroyed");
    }

    private async Task<bool> AnswersAsync(NodeRecord node, CancellationToken ct)
    {
        var password = File.Exists(data.Passfile) ? (await File.ReadAllTextAsync(data.Passfile, ct)).Trim().Split(':', 5)[^1] : null;
        await using var source = Primary.Source(PostgresUrl.Parse("node", node.PrimaryUrl) with { Password = password });
        try
        {
            await using var connection = await source.OpenConnectionAsync(ct);
            return true;
        }
        catch (PostgresException)
        {
            // It said no, so it is there.
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private async Task<Lsn> PromoteAsync(CancellationToken ct)
    {
        var (user, _) = Backends.Users();
        await using var own = RunRecord.OfRunning(data) is null ? await StandbyServer.StartAsync(data, settings, clock, say, ct) : null;
        var binaries = await PostgresBinaries.FindAsync(settings["POSTGRES_BIN"], data.Postgres.Data, ct);
        var promoted = await ShortRun.OfAsync([binaries.Of("pg_ctl"), "promote", "-D", data.Postgres.Data, "-w", "-t", PromotedWithin.TotalSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture)], user, null, ct);
        if (promoted.Code != 0) throw new TroubleException(TroubleKind.Failed, "the standby did not become the primary; the old one stays fenced", $"look at its log: less {data.Postgres.Log}", ArchiveTroubles.LastLines(promoted.Output));

        return Directory.EnumerateFiles(Path.Combine(data.Postgres.Data, "pg_wal"), "*.history").Order(StringComparer.Ordinal).LastOrDefault() is { } history && Timelines.LastBranch(File.ReadAllText(history)) is { Branch: var branch }
            ? branch
            : throw new TroubleException(TroubleKind.Failed, "the new primary has no history of its own", $"look at its log: less {data.Postgres.Log}");
    }

    /// <summary>Where the log of a cleanly stopped primary ends; null when it was not stopped cleanly.</summary>
    private async Task<Lsn?> EndOfAsync(DataDirectory primary, CancellationToken ct)
    {
        if (!primary.Postgres.Exists) return null;

        var (user, _) = Backends.Users();
        var binaries = await PostgresBinaries.FindAsync(settings["POSTGRES_BIN"], primary.Postgres.Data, ct);
        var said = (await ShortRun.OfAsync([binaries.Of("pg_controldata"), primary.Postgres.Data], user, null, ct)).Output.Split('\n');
        return Value("Database cluster state") == "shut down" && Value("Latest checkpoint location") is { } text && Lsn.TryParse(text, out var end) ? end : null;

        string? Value(string name) => said.FirstOrDefault(line => line.StartsWith(name + ":", StringComparison.Ordinal))?[(name.Length + 1)..].Trim();
    }
}
