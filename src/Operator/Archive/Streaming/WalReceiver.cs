using Npgsql;
using Outpost.Platform.Processes;

namespace Outpost.Operator.Archive.Streaming;

/// <summary>Keeps <c>pg_receivewal</c> running: it writes each piece of log to its own disk, says so, and only then is a synchronous commit acknowledged.</summary>
internal sealed class WalReceiver(ArchivedServer server, StreamPlace place, LogFile log, TimeProvider clock, Action<string> say) : IAsyncDisposable
{
    /// <summary>How the server knows it; stands in <c>synchronous_standby_names</c>.</summary>
    public const string Name = "outpost_receiver";

    public const string Slot = "outpost_receiver";

    private const string Program = "pg_receivewal";
    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(10);
    private SupervisedProcess? _process;

    public ProcessIdentity? Identity => _process?.Identity;

    public Action? Changed { get; set; }

    /// <summary>Starts it along a timeline of the server, which must run. Log that the server gave up for want of room leaves a gap.</summary>
    public async Task StartAsync(NpgsqlDataSource source, uint timeline, CancellationToken ct)
    {
        var directory = place.LogOf(timeline);
        await StopLeftoversAsync(place.Log, clock, ct);
        if (await ArchiveSql.SlotAsync(source, Slot, ct) is not { Lost: false } && Directory.Exists(directory) && Directory.EnumerateFiles(directory).Any()) directory = place.AfterGap(timeline, clock.GetUtcNow());
        PrivateDirectory.Ensure(directory, server.RunAs);
        await ArchiveSql.EnsureSlotAsync(source, Slot, ct);
        string[] words = [.. server.WithPassword(), server.Binaries.Of(Program), "-D", directory, "-S", Slot, "--synchronous", "--no-password", "-d", server.ConnectionWords(Name)];
        _process = new(new("WAL receiver", words, server.RunAs), log, clock, say, printed => printed.Split('\n').LastOrDefault(line => line.Contains("error:", StringComparison.Ordinal))?.Trim()) { Changed = () => Changed?.Invoke() };
        _process.Start();
    }

    /// <summary>It has by then acknowledged whatever the server still sends, if that was stopped first.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_process is null) return;

        await _process.StopAsync(Signal.Interrupt, StopWithin, Signal.Kill);
        await _process.DisposeAsync();
        _process = null;
    }

    /// <summary>One whose supervisor was killed still holds the slot.</summary>
    /// <param name="log">Where it writes to, or a directory below.</param>
    /// <returns>How many there were.</returns>
    public static async Task<int> StopLeftoversAsync(string log, TimeProvider clock, CancellationToken ct)
    {
        var left = Leftovers.Of(log, $"-D {log}/", Program);
        foreach (var receiver in left)
        {
            Signals.Send(receiver, Signal.Interrupt);
            if (!await Signals.EndedAsync(receiver, StopWithin, clock, ct)) Signals.Send(receiver, Signal.Kill);
        }

        return left.Count;
    }
}
