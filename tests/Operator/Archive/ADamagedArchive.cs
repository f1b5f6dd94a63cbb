using Outpost.Operator.Archive;
using Outpost.Operator.Tests.Runtimes;

namespace Outpost.Operator.Tests.Archive;

/// <summary>A file of the archive is gone or holds other bytes. Whatever it is, nothing of it takes the place of what runs.</summary>
public sealed class ADamagedArchive(Prepared prepared)
{
    [Theory]
    [InlineData("pgbackrest")]
    [InlineData("stream")]
    public async Task Is_seen_by_verify_and_refused_by_a_restore_and_the_database_goes_on(string engine)
    {
        await using var shop = await Archived.ShopAsync(prepared, engine);
        foreach (var point in new[] { "one", "two", "three" })
        {
            await shop.NoteAsync(point);
            var named = await shop.RunAsync("archive", "point", point);
            Assert.True(named.Code == 0, named.Talk);
        }

        var pid = shop.Record.Supervisor.Pid;
        var sound = await shop.RunAsync("archive", "verify");
        Assert.True(sound.Code == 0, sound.Out + sound.Talk);

        var segment = Segment(shop);
        var away = Path.Combine(shop.Data.Path, "taken-away");
        File.Move(segment, away);
        await RefusedAsync(shop, "is missing");
        File.Move(away, segment);

        // The second half of a segment that was ended early is empty, and what is there nobody reads.
        Archived.Flip(segment, from: 64);
        await RefusedAsync(shop, "nothing that runs was touched");
        Archived.Flip(segment, from: 64);

        var file = Backup(shop);
        Archived.Flip(file);
        await RefusedAsync(shop, "could not be read whole");
        Archived.Flip(file);

        var whole = File.ReadAllBytes(file);
        using (var cut = new FileStream(file, FileMode.Open)) cut.SetLength(whole.Length * 6 / 10);
        await RefusedAsync(shop, "could not be read whole");
        File.WriteAllBytes(file, whole);

        // The newest says of itself what the one before it was.
        Assert.Equal(0, (await shop.RunAsync("archive", "backup", "--full")).Code);
        var manifests = Manifests(shop);
        var own = manifests[^1].Select(File.ReadAllBytes).ToArray();
        foreach (var (older, newer) in manifests[^2].Zip(manifests[^1])) File.Copy(older, newer, overwrite: true);
        await RefusedAsync(shop, "nothing that runs was touched");
        foreach (var (path, bytes) in manifests[^1].Zip(own)) File.WriteAllBytes(path, bytes);

        Assert.Equal(pid, shop.Record.Supervisor.Pid);
        Assert.Equal(["the first owner", "one", "two", "three"], await shop.NotesAsync());
        // All is well again: so it was the damage that was refused.
        var sane = await shop.RunAsync("archive", "recover", "--latest", "--into", Path.Combine(shop.Data.Path, "whole"));
        Assert.True(sane.Code == 0, sane.Talk);
        Assert.Contains("row-level security holds", sane.Out, StringComparison.Ordinal);

        var drill = await shop.RunAsync("archive", "drill");
        Assert.True(drill.Code == 0, drill.Talk);
        await Archived.StateAsync(shop, state => state.RtoSeconds > 0);
        Assert.Contains("A restore would take (RTO): ", (await shop.RunAsync("archive", "status")).Out, StringComparison.Ordinal);
        Assert.Empty(Directory.GetDirectories(shop.Data.Path, "drill-*"));
    }

    private static async Task RefusedAsync(Installation shop, string because)
    {
        var verify = await shop.RunAsync("archive", "verify");
        Assert.True(verify.Code == 1, $"{because}: {verify.Out}");

        var into = Path.Combine(shop.Data.Path, "scratch");
        var restore = await shop.RunAsync("archive", "recover", "--latest", "--into", into);
        Assert.NotEqual(0, restore.Code);
        Assert.Contains(because, restore.Talk, StringComparison.Ordinal);
        Assert.Contains("Next: ", restore.Talk, StringComparison.Ordinal);
        if (Directory.Exists(into)) Directory.Delete(into, recursive: true);
    }

    // One in the middle of what a restore of the latest needs.
    private static string Segment(Installation shop)
    {
        var log = Path.Combine(shop.Data.Archive, Directory.Exists(Path.Combine(shop.Data.Archive, "stream")) ? "stream/wal" : "pgbackrest/archive");
        var files = Directory.EnumerateFiles(log, "*", SearchOption.AllDirectories).Where(f => WalSegment.Parse(Path.GetFileName(f)[..Math.Min(24, Path.GetFileName(f).Length)], 1048576) is not null && !f.Contains(".backup", StringComparison.Ordinal) && !f.EndsWith(".partial", StringComparison.Ordinal));
        return files.OrderBy(Path.GetFileName, StringComparer.Ordinal).ToArray()[^2];
    }

    // Of each backup, oldest first, what tells what is in it.
    private static string[][] Manifests(Installation shop)
    {
        var streams = Directory.Exists(Path.Combine(shop.Data.Archive, "stream"));
        var backups = Directory.GetDirectories(Path.Combine(shop.Data.Archive, streams ? "stream/bases" : "pgbackrest/backup/outpost")).Where(d => streams || d.EndsWith('F')).Order(StringComparer.Ordinal);
        return [.. backups.Select(d => Directory.GetFiles(d, "backup*manifest*", SearchOption.AllDirectories).Where(f => !f.Contains("/base/", StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToArray())];
    }

    private static string Backup(Installation shop) => Directory.EnumerateFiles(Path.Combine(shop.Data.Archive, Directory.Exists(Path.Combine(shop.Data.Archive, "stream")) ? "stream/bases" : "pgbackrest/backup/outpost"), "*", SearchOption.AllDirectories)
        .Where(f => f.Contains("/bundle/", StringComparison.Ordinal) || f.Contains("/base/", StringComparison.Ordinal)).MaxBy(f => new FileInfo(f).Length)!;
}
