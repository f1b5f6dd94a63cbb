using System.Text.Json;
using Outpost.Operator.Archive.Recovery;
using Outpost.Operator.Tests.Backups;
using Outpost.Operator.Tests.Runtimes;

namespace Outpost.Operator.Tests.Archive;

/// <summary>A copy beside what runs, made once and brought up to date with what differs.</summary>
public sealed class RecoveringIntoADirectory(Prepared prepared)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    [Theory]
    [InlineData("pgbackrest")]
    [InlineData("stream")]
    public async Task An_older_and_even_a_damaged_copy_becomes_the_newest_and_what_was_right_is_left_alone(string engine)
    {
        await using var shop = await Archived.ShopAsync(prepared, engine);
        var into = Path.Combine(shop.Data.Path, "copy");
        await shop.NoteAsync("first");
        var whole = await RecoverAsync(shop, into);
        Assert.Equal(2, whole.Databases.Single().Rows["notes"]);

        // Of the copy one file is gone and one holds other bytes; meanwhile people go on.
        var tables = Directory.GetFiles(Path.Combine(into, "base/1")).Where(f => new FileInfo(f).Length > 8192).Order(StringComparer.Ordinal).ToArray();
        File.Delete(tables[0]);
        Archived.Flip(tables[1]);
        var (right, inode) = (tables[2], await InodeAsync(tables[2]));
        await shop.NoteAsync("second");
        var delta = await RecoverAsync(shop, into, "--delta");

        Assert.Equal(3, delta.Databases.Single().Rows["notes"]);
        Assert.True(File.Exists(tables[0]));
        // pgBackRest sees by its sums what is right; PostgreSQL's own tools keep none that could be compared without reading as much as is copied.
        if (engine == "pgbackrest") Assert.Equal(inode, await InodeAsync(right));
        Assert.Contains("second", await shop.NotesAsync());
    }

    [Fact]
    public async Task What_is_no_copy_or_is_worked_in_is_left_alone()
    {
        await using var shop = await Archived.ShopAsync(prepared, "stream");
        var papers = Directory.CreateDirectory(Path.Combine(shop.Data.Path, "papers")).FullName;
        File.WriteAllText(Path.Combine(papers, "will.txt"), "everything to the cat");

        var overwriting = await shop.RunAsync("archive", "recover", "--latest", "--into", papers);
        var differing = await shop.RunAsync("archive", "recover", "--latest", "--into", papers, "--delta");
        var running = await shop.RunAsync("archive", "recover", "--latest", "--into", shop.Data.Postgres.Data, "--delta");

        Assert.All([overwriting, differing, running], answer => Assert.True(answer.Code == 3, answer.Talk));
        Assert.Contains("is not empty", overwriting.Talk, StringComparison.Ordinal);
        Assert.Contains("holds no copy of this cluster", differing.Talk, StringComparison.Ordinal);
        Assert.Contains("a server works in", running.Talk, StringComparison.Ordinal);
        Assert.Equal(["will.txt"], Directory.GetFileSystemEntries(papers).Select(p => Path.GetFileName(p)));
        Assert.True(await shop.IsHealthyAsync());
    }

    private static async Task<RecoveryWords.Report> RecoverAsync(Installation shop, string into, params string[] more)
    {
        var answer = await shop.RunAsync(["archive", "recover", "--latest", "--into", into, "--json", .. more]);
        Assert.True(answer.Code == 0, answer.Talk);
        return JsonSerializer.Deserialize<RecoveryWords.Report>(answer.Out, Json)!;
    }

    private static async Task<string> InodeAsync(string file) => await BackedUp.ShellAsync($"stat -c '%i %Y' {file}");
}
