using Outpost.Operator.Tests.Runtimes;

namespace Outpost.Operator.Tests.Archive;

/// <summary>The machine dies while people work, and its database directory is gone. Only the archive is left.</summary>
public sealed class LosingTheServer(Prepared prepared, ITestOutputHelper output)
{
    private const int Timeout = 3;

    [Theory]
    [InlineData("pgbackrest", "off")]
    [InlineData("stream", "wait")]
    public async Task The_latest_comes_back_and_what_is_lost_is_printed_and_bounded(string engine, string synchronous)
    {
        await using var shop = await Archived.ShopAsync(prepared, engine, synchronous, Timeout);
        await using var writer = new Writer(shop);
        writer.Start();
        var from = writer.Count;
        // So long that more than one segment was archived while they wrote.
        await Archived.StateAsync(shop, state => state.Recoverable?.Seq > 8);
        await Installation.UntilAsync(() => writer.Count > from + 100);

        await Archived.KillAsync(shop);
        await writer.EndAsync();
        Archived.Wipe(shop);
        var (lostAtMost, refused) = (TimeSpan.FromSeconds(Timeout + 3), await shop.RunAsync("up", "--detach"));
        Assert.Equal(3, refused.Code);
        Assert.Contains("outpost restore --latest", refused.Talk, StringComparison.Ordinal);

        var report = await Archived.RestoreAsync(shop, "--latest");
        await shop.UpAsync();
        var (rows, work) = writer.Lost(await shop.NotesAsync());

        output.WriteLine($"{engine}: {writer.Count} rows acknowledged, {rows} lost, {work.TotalSeconds:0.0} s of work; reported {report.LostSeconds:0.0} s; restored in {report.TotalSeconds:0.0} s");
        Assert.NotNull(report.LostSeconds);
        Assert.True(work <= lostAtMost, $"{work} of work was lost");
        if (engine == "stream") Assert.Equal(0, rows);
        else Assert.True(Math.Abs(work.TotalSeconds - report.LostSeconds.Value) < 3, $"{work} were lost and {report.LostSeconds} s reported");
        Assert.Equal(2u, report.Timeline);
        // What comes after is archived again, from a backup of its own.
        await Archived.StateAsync(shop, state => state is { Timeline: 2, Recoverable: not null } && state.NewestBackup != report.Backup);
    }
}
