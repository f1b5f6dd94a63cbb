using Outpost.Platform.Processes;
using Lsn = NpgsqlTypes.NpgsqlLogSequenceNumber;

namespace Outpost.Operator.Archive;

/// <summary>From which backup, along which timeline, to where.</summary>
internal sealed record RecoveryPlan(BaseBackup Base, uint Timeline, RecoveryTarget Target)
{
    /// <summary>What PostgreSQL is told besides where its log comes from.</summary>
    public IEnumerable<KeyValuePair<string, string>> Settings()
    {
        yield return new("recovery_target_timeline", Timeline.ToString(System.Globalization.CultureInfo.InvariantCulture));
        yield return new("recovery_target_action", "promote");
        switch (Target)
        {
            case RecoveryTarget.At at:
                yield return new("recovery_target_time", at.Instant.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss.FFFFFF'+00'", System.Globalization.CultureInfo.InvariantCulture));
                break;
            case RecoveryTarget.Named named:
                yield return new("recovery_target_name", named.Name);
                break;
        }
    }

    /// <summary>
    /// Time is the wall clock's: what was alive at that instant, also when an earlier restore has led away from it since. The newest backup that had
    /// ended by then and lies on the way is taken.
    /// </summary>
    /// <exception cref="TroubleException">No backup reaches there.</exception>
    public static RecoveryPlan Make(RecoveryTarget target, IReadOnlyList<BaseBackup> backups, Catalogue.Contents catalogue)
    {
        if (backups.Count == 0) throw new TroubleException(TroubleKind.Refused, "the archive holds no backup", "restore a dump instead: outpost restore --latest --dump; and make a backup for the next time: outpost archive backup");

        var point = target is RecoveryTarget.Named named ? PointOf(named, catalogue) : null;
        var at = target is RecoveryTarget.At { Instant: var instant } ? instant : point?.At;
        var timeline = point?.Timeline ?? AliveAt(at, backups, catalogue);
        var fitting = backups.Where(backup => !backup.Faulty && LeadsTo(backup, timeline, catalogue) && Before(backup)).MaxBy(backup => backup.StoppedAt);
        return fitting is not null ? new(fitting, timeline, target) : throw TooEarly(target, backups);

        bool Before(BaseBackup backup) => point is not null ? backup.Stop <= point.Position || backup.Timeline != timeline : at is null || backup.StoppedAt <= at;
    }

    /// <summary>The timelines whose log may be needed: this one and those it came from.</summary>
    public IReadOnlySet<uint> Line(Catalogue.Contents catalogue) => Ancestry(Timeline, catalogue).Select(a => a.Timeline).ToHashSet();

    private static Catalogue.Point PointOf(RecoveryTarget.Named named, Catalogue.Contents catalogue) =>
        catalogue.Points.LastOrDefault(p => p.Name == named.Name) ?? throw new TroubleException(
            TroubleKind.Refused,
            $"no point named {named.Name} was recorded",
            "choose one of them, or an instant: outpost restore --time 2026-01-31T12:00:00Z",
            catalogue.Points.Count == 0 ? "there is none; outpost archive point NAME records one" : $"there are: {string.Join(", ", catalogue.Points.TakeLast(10).Select(p => $"{p.Name} ({p.At.ToUniversalTime():yyyy-MM-dd HH:mm:ss}Z)"))}");

    private static uint AliveAt(DateTimeOffset? at, IReadOnlyList<BaseBackup> backups, Catalogue.Contents catalogue)
    {
        var lives = catalogue.Lives;
        if (lives.Count == 0) return at is null ? backups.MaxBy(b => b.StoppedAt)!.Timeline : (backups.Where(b => b.StoppedAt <= at).MaxBy(b => b.StoppedAt) ?? backups[0]).Timeline;

        return (at is null ? lives[^1] : lives.LastOrDefault(life => life.Since <= at) ?? lives[0]).Timeline;
    }

    private static bool LeadsTo(BaseBackup backup, uint timeline, Catalogue.Contents catalogue) =>
        Ancestry(timeline, catalogue).Any(a => a.Timeline == backup.Timeline && (a.Until is null || backup.Stop <= a.Until));

    private static IEnumerable<(uint Timeline, Lsn? Until)> Ancestry(uint timeline, Catalogue.Contents catalogue)
    {
        Lsn? until = null;
        var seen = new HashSet<uint>();
        while (timeline > 0 && seen.Add(timeline))
        {
            yield return (timeline, until);
            var life = catalogue.Lives.FirstOrDefault(l => l.Timeline == timeline);
            if (life is null) yield break;
            (timeline, until) = (life.Parent, until is { } u && u < life.Branch ? u : life.Branch);
        }
    }

    private static TroubleException TooEarly(RecoveryTarget target, IReadOnlyList<BaseBackup> backups)
    {
        var whole = backups.Where(b => !b.Faulty).ToList();
        var first = whole.MinBy(b => b.StoppedAt);
        return new(
            TroubleKind.Refused,
            $"no backup reaches {target}",
            first is null ? "restore a dump: outpost restore --latest --dump" : $"choose an instant after {first.StoppedAt.ToUniversalTime():yyyy-MM-dd'T'HH:mm:ss'Z'}, or a dump: outpost restore --file FILE",
            first is null ? "every backup was taken of damaged pages" : $"the oldest that can be used, {first.Label}, ended at {first.StoppedAt.ToUniversalTime():yyyy-MM-dd'T'HH:mm:ss'Z'}");
    }
}
