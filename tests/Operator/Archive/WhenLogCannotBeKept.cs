using System.Globalization;
using Outpost.Operator.Archive;
using Outpost.Operator.Tests.Backups;
using Outpost.Operator.Tests.Runtimes;

namespace Outpost.Operator.Tests.Archive;

/// <summary>The archive takes nothing for so long that log has to be given up, or the database's own disk would fill.</summary>
public sealed class WhenLogCannotBeKept(Prepared prepared)
{
    private const int Limit = 64, Segments = 100;

    [Theory]
    [InlineData("pgbackrest")]
    [InlineData("stream")]
    public async Task It_waits_up_to_its_limit_and_no_further_and_the_archive_closes_the_gap_by_itself(string engine)
    {
        await using var shop = await Archived.ShopAsync(prepared, engine, limit: Limit);
        var before = (await Archived.StateAsync(shop, state => state.Problems.Count == 0)).NewestBackup;
        var log = Path.Combine(shop.Data.Archive, engine == "stream" ? "stream/wal" : "pgbackrest/archive");
        await BackedUp.ShellAsync($"chmod -R u-w {log}");

        // A megabyte each; nobody gives the limit's worth of them back before somebody has to choose.
        for (var i = 0; i < Segments; i++) await Archived.ExecuteAsync(shop, string.Create(CultureInfo.InvariantCulture, $"insert into notes values ('number {i}'); select pg_switch_wal(); {(i % 10 == 9 ? "checkpoint" : "")}"));
        // A receiver begins anew in a directory of its own as soon as its log was given up; by then it may all be well again.
        await Archived.StateAsync(shop, state => state.NewestBackup != before || state.Problems.Any(p => p.Code is "archive_backlog" or "archive_failing" or "log_given_up" or "receiver_gone"));
        await Installation.UntilAsync(async () =>
        {
            await Archived.ExecuteAsync(shop, "checkpoint");
            return LogMegabytes(shop) < Segments;
        });
        Assert.True(await shop.IsHealthyAsync(), "people go on working");

        await BackedUp.ShellAsync($"chmod -R u+w {log}");
        // Whoever is told of the room comes back to it at the next segment.
        await shop.NoteAsync("after the gap");
        await Archived.ExecuteAsync(shop, "select pg_switch_wal()");
        await Archived.StateAsync(shop, state => state.Problems.Count == 0 && state.NewestBackup != before);

        var into = Path.Combine(shop.Data.Path, "copy");
        var recovered = await shop.RunAsync("archive", "recover", "--latest", "--into", into);
        Assert.True(recovered.Code == 0, recovered.Talk);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"notes={Segments + 2}"), recovered.Out, StringComparison.Ordinal);
    }

    private static double LogMegabytes(Installation shop) =>
        new DirectoryInfo(Path.Combine(shop.Data.Postgres.Data, "pg_wal")).EnumerateFiles().Count(file => WalSegment.Parse(file.Name, 1048576) is not null);
}
