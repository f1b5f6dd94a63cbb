using System.Globalization;
using Outpost.Operator.Tests.Runtimes;

namespace Outpost.Operator.Tests.Archive;

/// <summary>Somebody dropped a table, and the services run.</summary>
public sealed class GoingBackInTime(Prepared prepared)
{
    [Theory]
    [InlineData("pgbackrest")]
    [InlineData("stream")]
    public async Task A_dropped_table_is_back_with_what_it_held_at_that_instant(string engine)
    {
        await using var shop = await Archived.ShopAsync(prepared, engine);
        await shop.NoteAsync("before");
        var point = await shop.RunAsync("archive", "point", "before-the-mistake");
        Assert.True(point.Code == 0, point.Talk);
        await shop.NoteAsync("between");
        var instant = await Archived.ValueAsync<DateTime>(shop, "select clock_timestamp()");
        await Archived.ExecuteAsync(shop, "drop table notes");

        var report = await Archived.RestoreAsync(shop, "--time", instant.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture));

        Assert.True(await shop.IsHealthyAsync(), "it runs again as it ran before");
        Assert.Equal(["the first owner", "before", "between"], await shop.NotesAsync());
        Assert.True(Directory.Exists(report.Kept), "what was there before is kept");
        Assert.Equal(3, report.Databases.Single().Rows["notes"]);

        // And further back along another history, from the backup of the first.
        await shop.NoteAsync("after");
        var again = await Archived.RestoreAsync(shop, "--name", "before-the-mistake");
        Assert.Equal(["the first owner", "before"], await shop.NotesAsync());
        Assert.Equal(3u, again.Timeline);
    }

    [Theory]
    [InlineData("pgbackrest")]
    [InlineData("stream")]
    public async Task A_table_dropped_while_people_work_is_back_with_every_row_acknowledged_before_that_instant_and_none_after(string engine)
    {
        await using var shop = await Archived.ShopAsync(prepared, engine);
        await using var writer = new Writer(shop);
        writer.Start();
        await Installation.UntilAsync(() => writer.Count > 50);
        var before = writer.Count;
        var instant = await Archived.ValueAsync<DateTime>(shop, "select clock_timestamp()");
        var after = writer.Count;
        await Installation.UntilAsync(() => writer.Count > after + 50);
        await Archived.ExecuteAsync(shop, "drop table notes");
        await writer.EndAsync();

        var restore = await shop.RunAsync("restore", "--time", instant.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture), "--yes");

        Assert.True(restore.Code == 0, restore.Talk);
        Assert.Matches(@"(?m)^Lost: \d+\.\d s of work, from \S+Z to \S+Z$", restore.Out);
        var there = (await shop.NotesAsync()).Where(n => n.StartsWith("note-", StringComparison.Ordinal)).ToArray();
        // What was acknowledged before it was asked what time it is, and nothing that began after the answer: the first of those may have been on its way.
        Assert.InRange(there.Length, before, after + 1);
        Assert.Equal(Enumerable.Range(0, there.Length).Select(n => $"note-{n}"), there);

        // All of it the way back as well: by the command that takes any restore back.
        var undo = await shop.RunAsync("restore", "undo", "--yes");
        Assert.True(undo.Code == 0, undo.Talk);
        // The table that was dropped is made anew and empty by the start, as before the restore.
        Assert.Equal(["the first owner"], await shop.NotesAsync());
        var confirm = await shop.RunAsync("restore", "confirm", "--yes");
        Assert.Matches("(?m)^Removed .*postgres\\.undone-", confirm.Out);
        Assert.DoesNotContain(Directory.GetDirectories(shop.Data.Path), d => Path.GetFileName(d).StartsWith("postgres.", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("ARCHIVE", "rsync")]
    [InlineData("ARCHIVE_DIR", "postgres/archive")]
    [InlineData("ARCHIVE_SYNCHRONOUS", "wait")]
    [InlineData("ARCHIVE_TIMEOUT_SECONDS", "0")]
    public async Task A_setting_that_cannot_be_used_is_named_before_anything_starts(string key, string value)
    {
        await using var shop = await prepared.CopyAsync();
        shop.With("ARCHIVE", "pgbackrest").With(key, key == "ARCHIVE_DIR" ? Path.Combine(shop.Data.Path, value) : value);

        foreach (var words in new[] { new[] { "archive", "status" }, ["up", "--detach"] })
        {
            var answer = await shop.RunAsync(words);
            Assert.Equal(2, answer.Code);
            Assert.Contains($"outpost: {key} ", answer.Talk, StringComparison.Ordinal);
            Assert.Contains("Fix: ", answer.Talk, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_instant_that_the_archive_does_not_reach_is_refused_and_everything_goes_on()
    {
        await using var shop = await Archived.ShopAsync(prepared, "stream");
        await shop.NoteAsync("kept");
        var pid = shop.Record.Supervisor.Pid;

        var early = await shop.RunAsync("restore", "--time", "2020-01-01T00:00:00Z", "--yes");
        var late = await shop.RunAsync("restore", "--time", "2090-01-01T00:00:00Z", "--yes");
        var unknown = await shop.RunAsync("restore", "--name", "nobody-named-it", "--yes");

        Assert.All([early, late, unknown], answer => Assert.True(answer.Code == 3, answer.Talk));
        Assert.Contains("no backup reaches 2020-01-01T00:00:00Z", early.Talk, StringComparison.Ordinal);
        Assert.Contains("does not reach 2090-01-01T00:00:00Z", late.Talk, StringComparison.Ordinal);
        Assert.Contains("no point named nobody-named-it", unknown.Talk, StringComparison.Ordinal);
        Assert.Equal(pid, shop.Record.Supervisor.Pid);
        Assert.Contains("kept", await shop.NotesAsync());
        Assert.Empty(Directory.GetDirectories(shop.Data.Path, "postgres.r*"));
    }
}
