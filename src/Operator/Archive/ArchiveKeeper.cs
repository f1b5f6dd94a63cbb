using Npgsql;
using Outpost.Operator.Archive.Streaming;
using Outpost.Platform.Processes;
using Lsn = NpgsqlTypes.NpgsqlLogSequenceNumber;

namespace Outpost.Operator.Archive;

/// <summary>
/// Keeps an archive going beside its server: the receiver of the log, a heartbeat that measures what would be lost, a backup when one is due, and word
/// of what is wrong before it hurts.
/// </summary>
internal sealed class ArchiveKeeper : IAsyncDisposable
{
    private static readonly TimeSpan ReceiverWithin = TimeSpan.FromSeconds(30), Patience = TimeSpan.FromSeconds(10), Glance = TimeSpan.FromMilliseconds(50), SizeEvery = TimeSpan.FromMinutes(5);
    private readonly ArchiveAccess _access;
    private readonly TimeProvider _clock;
    private readonly Action<string> _say;
    private readonly NpgsqlDataSource _source;
    private readonly WalReceiver? _receiver;
    private readonly ArchiveMetrics _metrics;
    private readonly BackupsDue _backups;
    private readonly RecoverableBeats _beats = new();
    private readonly BacklogTrend _trend = new();
    private readonly CancellationTokenSource _stopping = new();
    private ClusterFacts? _facts;
    private Task _loop = Task.CompletedTask;
    private Lsn _recoverable;
    private long _receiverGoneSince, _size, _sizedAt;
    private (Lsn Log, long At)? _began;
    private bool _suspended;
    private string _told = "";
    private ArchiveState? _state;

    /// <param name="log">What the receiver prints.</param>
    /// <param name="say">Told one line for each thing the operator should know.</param>
    public ArchiveKeeper(ArchiveAccess access, LogFile log, TimeProvider clock, Action<string> say)
    {
        (_access, _clock, _say) = (access, clock, say);
        _source = access.Server.Source();
        _receiver = access.Stream is { } place ? new(access.Server, place, log, clock, say) : null;
        _metrics = new(() => _state, clock);
        _backups = new(access.Archive, clock, say);
    }

    public ProcessIdentity? Receiver => _receiver?.Identity;

    /// <summary>No role lives in this process whose /metrics would show how it stands, so each look leaves it in a file.</summary>
    public bool IsAlone { get; init; }

    public Action? Changed { get; set; }

    /// <summary>Makes the archive ready and starts the receiver. Called when the server runs and nothing writes to it yet.</summary>
    /// <exception cref="TroubleException">The archive is another cluster's; or the receiver, without which nothing may be written, does not come up.</exception>
    public async Task AttachAsync(CancellationToken ct)
    {
        PrivateDirectory.Ensure(_access.Settings.Directory, _access.Server.RunAs);
        _facts = await _access.Server.FactsAsync(_source, ct);
        await Registration.EnterAsync(_access, _source, _facts, _clock.GetUtcNow(), ct);
        await _access.Archive.PrepareAsync(_facts, ct);
        if (_receiver is not null)
        {
            _receiver.Changed = () => Changed?.Invoke();
            await _receiver.StartAsync(_source, _facts.Timeline, ct);
            if (_access.Settings.Synchrony != Synchrony.Off) await AwaitReceiverAsync(ct);
        }

        try
        {
            await ArchiveSql.PrepareHeartbeatAsync(_source, ct);
        }
        catch (NpgsqlException e)
        {
            throw _access.Server.Silent(e);
        }
    }

    /// <summary>Begins to measure, and to back up when it is due.</summary>
    public void Start() => _loop = KeepAsync();

    /// <summary>Stops measuring; the receiver goes on until this is disposed, so that it gets what the server writes while it stops.</summary>
    public async Task PauseAsync()
    {
        await _stopping.CancelAsync();
        await _loop;
        await _backups.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_stopping.IsCancellationRequested) await PauseAsync();
        if (_receiver is not null) await _receiver.DisposeAsync();
        _metrics.Dispose();
        await _source.DisposeAsync();
        _stopping.Dispose();
    }

    /// <summary>One heartbeat and one look at everything.</summary>
    internal async Task<ArchiveState> LookAsync(CancellationToken ct)
    {
        var now = _clock.GetUtcNow();
        // Commands beside this one add points and restores to it.
        var catalogue = _access.Catalogue.Read();
        var (seq, behind) = await ArchiveSql.BeatAsync(_source, now, ct);
        var written = new Beat(seq, now);
        _beats.Add(written, behind);

        var archiver = await ArchiveSql.ArchiverAsync(_source, ct);
        var receiver = await ReceiverAsync(behind, ct);
        // One that is connected and acknowledges nothing is as good as gone.
        var receiving = receiver?.Flushed is { } acknowledged && Lsn.Parse(acknowledged) >= behind;
        if (_receiver is not null) await FollowSynchronyAsync(receiving, ct);
        var slot = _access.Stream is null ? null : await ArchiveSql.SlotAsync(_source, WalReceiver.Slot, ct);
        var backlog = _access.Stream is null ? (await ArchiveSql.BacklogAsync(_source, _facts!.SegmentSize, ct)).Bytes : slot?.Bytes ?? 0;
        var slotLost = _access.Stream is not null && slot is not { Lost: false };
        if (_access.Stream is null)
        {
            if (archiver.LastWal is { } wal && WalSegment.Parse(wal, _facts!.SegmentSize) is { } segment && segment.Timeline == _facts.Timeline) Advance(segment.End(_facts.SegmentSize));
        }
        else if (receiver?.Flushed is { } flushed)
        {
            Advance(Lsn.Parse(flushed));
        }

        var recoverable = _beats.RecoverableTo(_recoverable);
        if (backlog > _access.Settings.BacklogMegabytes * 1048576L / 2) _backups.Distrust();
        await _backups.LookAsync(_facts!, backlog == 0, ct);
        if (slotLost) await ReceiveAnewAsync(ct);

        var seen = new ArchiveView(now, _access, archiver, receiving || (_receiverGoneSince > 0 && _clock.GetElapsedTime(_receiverGoneSince) < Patience), _suspended, backlog, _trend.Add(_clock.GetTimestamp(), backlog, _clock), _backups, recoverable, slotLost);
        return _state = seen.ToState(written, _recoverable, _facts!.Timeline, catalogue.Recoveries, await SizeAsync(ct), LogPerDay(behind));
    }

    // Every file of the cluster is looked at for it, so not each time.
    private async Task<long> SizeAsync(CancellationToken ct)
    {
        if (_sizedAt == 0 || _clock.GetElapsedTime(_sizedAt) > SizeEvery) (_size, _sizedAt) = (await ArchiveSql.SizeAsync(_source, ct), _clock.GetTimestamp());
        return _size;
    }

    // What a flash disk has to take: the log is written whole, the empty rest of a segment that was ended early included.
    private double? LogPerDay(Lsn end)
    {
        if (_began is not { } began)
        {
            _began = (end, _clock.GetTimestamp());
            return null;
        }

        var elapsed = _clock.GetElapsedTime(began.At).TotalDays;
        return elapsed > 0 && end > began.Log ? ((ulong)end - (ulong)began.Log) / elapsed : null;
    }

    private void Advance(Lsn to)
    {
        if (to > _recoverable) _recoverable = to;
    }

    private async Task KeepAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var state = await LookAsync(_stopping.Token);
                state.Write(_access.Data.ArchiveState);
                // Beside the archive too: when the server is gone, what it had last written tells how much was lost.
                state.Write(Path.Combine(_access.Settings.Directory, "state.json"));
                if (IsAlone) ArchiveMetrics.Write(_access.Data, state);
                Tell(string.Join('\n', state.Problems.Select(problem => $"Archive: {problem.Cause}. Next: {problem.Next}")));
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is not OutOfMemoryException) // The outermost loop of the keeper: a server that is starting again answers at the next look.
            {
                Tell($"Archive: cannot look at the server: {e.Message}");
            }

            await Task.Delay(_access.Settings.Heartbeat, _clock, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // Said when it begins, not at every look.
    private void Tell(string problems)
    {
        if (problems.Length > 0 && problems != _told) _say(problems);
        _told = problems;
    }

    /// <summary>The receiver when it streams; given a moment to acknowledge what was just written.</summary>
    private async Task<ArchiveSql.Receiver?> ReceiverAsync(Lsn written, CancellationToken ct)
    {
        if (_receiver is null) return null;

        for (var look = 0; ; look++)
        {
            var streaming = (await ArchiveSql.ReceiversAsync(_source, ct)).FirstOrDefault(r => r is { Name: WalReceiver.Name, State: "streaming" });
            if (streaming is null || look == 5 || (streaming.Flushed is { } flushed && Lsn.Parse(flushed) >= written)) return streaming;

            await Task.Delay(Glance, _clock, ct);
        }
    }

    private async Task AwaitReceiverAsync(CancellationToken ct)
    {
        var start = _clock.GetTimestamp();
        while ((await ArchiveSql.ReceiversAsync(_source, ct)).All(r => r is not { Name: WalReceiver.Name, State: "streaming" }))
        {
            if (_clock.GetElapsedTime(start) > ReceiverWithin)
            {
                if (_access.Settings.Synchrony == Synchrony.Continue)
                {
                    await SuspendAsync(true, ct);
                    return;
                }

                throw new TroubleException(
                    TroubleKind.Failed, $"the receiver of the log does not stream after {ReceiverWithin.TotalSeconds:0} s, and with {ArchiveSettings.SynchronousKey}=wait nothing may be written without it",
                    $"look at its log (less {_access.Data.Logs}/receiver.log); or let writes go on without it: set {ArchiveSettings.SynchronousKey}=continue");
            }

            await Task.Delay(Glance, _clock, ct);
        }

        await SuspendAsync(false, ct);
    }

    private async Task FollowSynchronyAsync(bool connected, CancellationToken ct)
    {
        if (connected) _receiverGoneSince = 0;
        else if (_receiverGoneSince == 0) _receiverGoneSince = _clock.GetTimestamp();
        if (_access.Settings.Synchrony != Synchrony.Continue) return;

        if (connected && _suspended)
        {
            await SuspendAsync(false, ct);
            _say("Archive: the receiver of the log is back; each write waits for it again");
        }
        else if (!connected && !_suspended && _clock.GetElapsedTime(_receiverGoneSince) >= Patience)
        {
            await SuspendAsync(true, ct);
            _say($"Archive: the receiver of the log is gone for {Patience.TotalSeconds:0} s; writes go on without it and can be lost until it is back");
        }
    }

    private async Task SuspendAsync(bool suspended, CancellationToken ct)
    {
        if (_access.Server.Place is not null) await ArchiveSql.SuspendSynchronyAsync(_source, suspended, ct);
        _suspended = suspended;
    }

    private async Task ReceiveAnewAsync(CancellationToken ct)
    {
        _say("Archive: the server gave log up that the receiver had not fetched; the receiver begins anew, and a full backup closes the gap");
        await _receiver!.DisposeAsync();
        await _receiver.StartAsync(_source, _facts!.Timeline, ct);
        _backups.Demand();
    }
}
