namespace Outpost.Operator.Backups;

/// <summary>Which backups may go. Pure: what is there and the time in, names out.</summary>
internal static class Retention
{
    /// <param name="Part">Backups of one part stand for each other; those of different parts do not.</param>
    /// <param name="IsGood">Whether it may be relied upon: whole and verified.</param>
    public readonly record struct Kept(string Part, DateTimeOffset TakenAt, bool IsGood);

    /// <summary>Those that are older than their days, but never the newest good ones of a part.</summary>
    /// <param name="daysOf">How many days those of a part stay.</param>
    /// <param name="keepLast">How many good ones of each part stay, however old.</param>
    public static IEnumerable<T> Outlived<T>(IEnumerable<T> backups, Func<T, Kept> of, DateTimeOffset now, Func<T, int> daysOf, int keepLast) =>
        from part in backups.GroupBy(b => of(b).Part)
        let safe = part.Where(b => of(b).IsGood).OrderByDescending(b => of(b).TakenAt).Take(keepLast).ToHashSet()
        // With fewer good ones than that, even a bad one may be the best there is.
        where safe.Count >= keepLast
        from backup in part
        where !safe.Contains(backup) && now - of(backup).TakenAt > TimeSpan.FromDays(daysOf(backup))
        orderby of(backup).TakenAt
        select backup;
}
