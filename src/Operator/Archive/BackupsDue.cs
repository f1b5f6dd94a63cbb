using Outpost.Platform.Processes;

namespace Outpost.Operator.Archive;

/// <summary>Takes a physical backup when one is due: a full one at first, each week, and whenever what came before does not lead here; what changed, each day.</summary>
internal sealed class BackupsDue(IPhysicalArchive archive, TimeProvider clock, Action<string> say) : IAsyncDisposable
{
    private static readonly TimeSpan FullEvery = TimeSpan.FromDays(7), ChangesEvery = TimeSpan.FromDays(1), AgainAfter = TimeSpan.FromMinutes(15), ListEvery = TimeSpan.FromMinutes(10);
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;
    private DateTimeOffset _listedAt = DateTimeOffset.MinValue, _notBefore = DateTimeOffset.MinValue;
    private bool _demanded, _distrusted;

    public IReadOnlyList<BaseBackup> Backups { get; private set; } = [];

    /// <summary>Segments that are missing behind the newest backup.</summary>
    public IReadOnlyList<WalSegment> Gap { get; private set; } = [];

    /// <summary>Why the last attempt failed; null when it did not.</summary>
    public string? Failure { get; private set; }

    public bool Running => !_running.IsCompleted;

    /// <summary>The next look takes a full one.</summary>
    public void Demand() => _demanded = true;

    /// <summary>So much log waits that some of it may have been given up; once it has drained, the archive is looked through for a gap.</summary>
    public void Distrust() => _distrusted = true;

    /// <summary>Looks what is there, now and then, and begins what is due. It does not wait for it.</summary>
    /// <param name="drained">Whether nothing waits to be archived.</param>
    public async Task LookAsync(ClusterFacts facts, bool drained, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        if (Running) return;

        if (now - _listedAt >= ListEvery || (_distrusted && drained))
        {
            if (drained) _distrusted = false;
            Backups = await archive.BackupsAsync(ct);
            Gap = await GapAsync(facts, ct);
            _listedAt = now;
        }

        if (now < _notBefore || Due(Backups, Gap.Count > 0 || _demanded, facts.Timeline, archive.Engine == ArchiveSettings.PgBackRest, now) is not { } kind) return;

        _running = TakeAsync(kind);
    }

    /// <summary>Which backup is due; null when none is.</summary>
    internal static BackupKind? Due(IReadOnlyList<BaseBackup> backups, bool gap, uint timeline, bool byChanges, DateTimeOffset now)
    {
        var full = backups.Where(b => b.Kind == BackupKind.Full && !b.Faulty).MaxBy(b => b.StoppedAt);
        if (gap || full is null || full.Timeline != timeline || now - full.StoppedAt >= FullEvery) return BackupKind.Full;

        return byChanges && now - backups.Max(b => b.StoppedAt) >= ChangesEvery ? BackupKind.Differential : null;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        _stopping.Dispose();
    }

    private async Task<IReadOnlyList<WalSegment>> GapAsync(ClusterFacts facts, CancellationToken ct)
    {
        if (Backups.LastOrDefault(b => b.Timeline == facts.Timeline) is not { } newest) return [];

        var there = (await archive.SegmentsAsync(facts.SegmentSize, ct)).Where(segment => segment.Timeline == facts.Timeline).ToList();
        // What follows the newest backup's start has had the time to arrive; nothing at all is a young archive, not a gap.
        var first = WalSegment.At(newest.Timeline, newest.Start, facts.SegmentSize);
        return there.Any(segment => segment.Number >= first.Number) ? WalSegment.Missing(there, first) : [];
    }

    private async Task TakeAsync(BackupKind kind)
    {
        try
        {
            var backup = await archive.BackupAsync(kind, _stopping.Token);
            say(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"Archive: backup {backup.Label} ({kind.ToString().ToLowerInvariant()}, {backup.Bytes / 1048576.0:0} MB) is in the archive"));
            (Failure, _demanded, _listedAt) = (null, false, DateTimeOffset.MinValue);
        }
        catch (TroubleException e)
        {
            Failure = e.Message;
            _notBefore = clock.GetUtcNow() + AgainAfter;
            say($"Archive: the backup failed: {e.Message}; it is tried again in {AgainAfter.TotalMinutes:0} minutes");
        }
        catch (OperationCanceledException)
        {
            // Stopping; the next start sees that it is still due.
        }
        catch (Exception e) when (e is not OutOfMemoryException) // The outermost loop of the archive's backups: the next attempt is another chance, and stopping must not trip over it.
        {
            Failure = e.Message;
            _notBefore = clock.GetUtcNow() + AgainAfter;
            say($"Archive: the backup failed: {e.Message}; it is tried again in {AgainAfter.TotalMinutes:0} minutes");
        }
    }
}
