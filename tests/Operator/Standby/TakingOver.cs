using System.Text.Json.Nodes;
using Outpost.Operator.Tests.Archive;
using Outpost.Operator.Tests.Runtimes;
using Outpost.Platform.Processes;

namespace Outpost.Operator.Tests.Standby;

public sealed class TakingOver(Prepared prepared)
{
    [Fact]
    public async Task A_standby_follows_takes_over_when_told_and_the_old_primary_can_never_write_beside_it()
    {
        await using var first = await prepared.CopyAsync();
        await first.UpAsync();
        await first.NoteAsync("before");
        await using var second = new Installation();
        await OkAsync(second, "node", "add", "--from", first.Data.Path, "--name", "pi");
        await OkAsync(second, "node", "run", "--detach");
        await first.NoteAsync("after");

        await Installation.UntilAsync(async () => Number(await first.RunAsync("node", "status", "--json"), "standbys", "lagBytes") == 0);
        var status = await first.RunAsync("status");
        Assert.Contains("standby pi: streaming, behind by 0 kB", status.Out, StringComparison.Ordinal);
        Assert.Contains("follows", (await second.RunAsync("status")).Out, StringComparison.Ordinal);

        // It serves nobody, and does not take over while the other one runs.
        var up = await second.RunAsync("up", "--detach");
        Assert.Equal(3, up.Code);
        Assert.Contains("outpost node promote", up.Talk, StringComparison.Ordinal);
        var refused = await second.RunAsync("node", "promote", "--yes");
        Assert.Equal(3, refused.Code);
        Assert.Contains("there must never be two", refused.Talk, StringComparison.Ordinal);
        Assert.True(await first.IsHealthyAsync());
        Assert.Equal(3, (await second.RunAsync("node", "promote", "--fence")).Code);

        var promoted = await OkAsync(second, "node", "promote", "--fence", "--yes", "--json");
        Assert.True((bool)JsonNode.Parse(promoted.Out)!["complete"]!, promoted.Out);
        var fenced = await first.RunAsync("up", "--detach");
        Assert.Equal(3, fenced.Code);
        Assert.Contains("was replaced by another node", fenced.Talk, StringComparison.Ordinal);

        await second.UpAsync();
        Assert.Equal(["the first owner", "before", "after"], await second.NotesAsync());
        await second.NoteAsync("written to the new one");

        // The old one comes back as the standby of the new.
        await OkAsync(first, "node", "add", "--from", second.Data.Path, "--name", "old", "--replace");
        await OkAsync(first, "node", "run", "--detach");
        await Installation.UntilAsync(async () => Number(await second.RunAsync("node", "status", "--json"), "standbys", "lagBytes") == 0);
    }

    [Fact]
    public async Task A_primary_that_was_killed_and_wiped_is_followed_by_its_standby()
    {
        await using var first = await prepared.CopyAsync();
        await first.UpAsync();
        await using var second = new Installation();
        await OkAsync(second, "node", "add", "--from", first.Data.Path);
        await OkAsync(second, "node", "run", "--detach");
        await first.NoteAsync("replicated");
        await Installation.UntilAsync(async () => Number(await first.RunAsync("node", "status", "--json"), "standbys", "lagBytes") == 0);

        await Archived.KillAsync(first);
        Archived.Wipe(first);
        await OkAsync(second, "node", "promote", "--yes");
        await second.UpAsync();

        Assert.Contains("replicated", await second.NotesAsync());
    }

    [Fact]
    public async Task Silence_of_a_primary_elsewhere_is_no_proof_that_it_is_off()
    {
        await using var first = await prepared.CopyAsync();
        await first.UpAsync();
        await using var second = new Installation();
        var secrets = Outpost.Operator.Runtimes.SecretsFile.Open(first.Data.Secrets);
        var url = $"postgresql://postgres:{secrets.Password("POSTGRES_PASSWORD")}@/postgres?host={Uri.EscapeDataString(first.Data.Postgres.Sockets)}";
        await OkAsync(second, "node", "add", "--from", url);

        var answers = await second.RunAsync("node", "promote", "--yes", "--primary-destroyed");
        Assert.Equal(3, answers.Code);
        Assert.Contains("answers", answers.Talk, StringComparison.Ordinal);
        var pretends = await second.RunAsync("node", "promote", "--yes", "--fence-command", "true");
        Assert.Equal(3, pretends.Code);

        await first.DownAsync();
        var silent = await second.RunAsync("node", "promote", "--yes");
        Assert.Equal(3, silent.Code);
        Assert.Contains("does not prove that it is off", silent.Talk, StringComparison.Ordinal);
        Assert.Contains("ended with 7", (await second.RunAsync("node", "promote", "--yes", "--fence-command", "exit 7")).Talk, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(second.Data.Postgres.Data, "standby.signal")), "nothing was promoted");

        await OkAsync(second, "node", "promote", "--yes", "--fence-command", "true");
        Assert.False(File.Exists(Path.Combine(second.Data.Postgres.Data, "standby.signal")));
    }

    private static async Task<Installation.Answer> OkAsync(Installation node, params string[] words)
    {
        var answer = await node.RunAsync(words);
        Assert.True(answer.Code == 0, $"{string.Join(' ', words)}: {answer.Talk}{node.Data.Log.Since(0)}");
        return answer;
    }

    private static long? Number(Installation.Answer answer, string list, string name) => JsonNode.Parse(answer.Out)?[list] is JsonArray { Count: 1 } rows && rows[0]![name] is { } value ? (long)value : null;
}
