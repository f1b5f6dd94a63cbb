using System.CommandLine;
using Outpost.Operator.Archive;
using Outpost.Operator.Archive.Streaming;
using Outpost.Operator.Journal;
using Outpost.Operator.Runtimes;
using Outpost.Platform.Configuration;
using Outpost.Platform.Postgres.Embedded;
using Outpost.Platform.Processes;
using Outpost.Platform.Redis.Embedded;

namespace Outpost.Operator.Commands;

/// <summary><c>outpost down</c>: stops what <c>up</c> started, in good order, and returns when it has stopped.</summary>
public static class DownCommand
{
    // Roles may take 30 s to drain, Redis 30 s, PostgreSQL 60 s.
    private static readonly TimeSpan Within = TimeSpan.FromMinutes(3);

    public static Command Create(Func<Settings> settings, TimeProvider clock)
    {
        var data = UpCommand.DataOption();
        var command = new Command("down", "Stop what up started, and lose nothing") { data };
        command.SetAction(async (parsed, ct) =>
        {
            var set = settings();
            var place = DataDirectory.Of(parsed.GetValue(data), set);
            Task<int> StopAsync() => DownCommand.StopAsync(place, set, Console.Out, clock, ct);
            return RunRecord.OfRunning(place) is null ? await StopAsync() : await new Operations(clock).NotedAsync(place, "down", place.Path, Console.Error.WriteLine, StopAsync);
        });
        return command;
    }

    internal static async Task<int> StopAsync(DataDirectory data, Settings settings, TextWriter tell, TimeProvider clock, CancellationToken ct)
    {
        var start = clock.GetTimestamp();
        if (RunRecord.OfRunning(data) is { Supervisor: var supervisor })
        {
            await Console.Error.WriteLineAsync($"Stopping outpost (pid {supervisor.Pid})");
            Signals.Send(supervisor, Signal.Terminate);
            if (!await Signals.EndedAsync(supervisor, Within, clock, ct))
            {
                throw new TroubleException(TroubleKind.Failed, $"outpost (pid {supervisor.Pid}) does not end", $"look at its log: less {data.Log.Path}", new LogFile(data.Log.Path).Tail(0));
            }

            // One that fell while it stopped may have left its servers.
            await LeftoversAsync(data, settings, clock, ct);
            await tell.WriteLineAsync($"Stopped after {clock.GetElapsedTime(start).TotalSeconds:0.0} s; everything is kept in {data.Path}");
        }
        else if (await LeftoversAsync(data, settings, clock, ct))
        {
            await tell.WriteLineAsync($"Stopped what a killed outpost had left behind; everything is kept in {data.Path}");
        }
        else
        {
            await tell.WriteLineAsync($"Nothing runs in {data.Path}");
        }

        return ExitCodes.Ok;
    }

    /// <returns>Whether there were any.</returns>
    private static async Task<bool> LeftoversAsync(DataDirectory data, Settings settings, TimeProvider clock, CancellationToken ct)
    {
        if (!File.Exists(data.Lock)) return false;

        using var held = LockFile.TryTake(data.Lock);
        // A service manager may have started the next one already; what runs is then its own.
        if (held is null && RunRecord.OfRunning(data) is not null) return false;
        if (held is null) throw new TroubleException(TroubleKind.Locked, $"another outpost is just starting in {data.Path}", $"wait a moment, then: outpost down --data {data.Path}");
        var found = 0;
        await EmbeddedRedis.StopLeftoversAsync(data.Redis, clock, Say, ct);
        await EmbeddedPostgres.StopLeftoversAsync(data.Postgres, clock, Say, ct);
        // Last, as it takes what the server writes while it stops.
        if (ArchiveSettings.Of(settings, data) is { Engine: ArchiveSettings.Stream } archive) found += await WalReceiver.StopLeftoversAsync(new StreamPlace(Path.Combine(archive.Directory, "stream")).Log, clock, ct);
        return found > 0;

        void Say(string line)
        {
            found++;
            Console.Error.WriteLine(line);
        }
    }
}
