using System.Text.Json;
using Outpost.Operator.Archive.Recovery;
using Outpost.Operator.Tests.Runtimes;
using Outpost.Platform.Processes;
using Outpost.Testing;

namespace Outpost.Operator.Tests.Archive;

/// <summary>A PostgreSQL that outpost up does not run: it is copied over the connection, and brought back into a directory.</summary>
public sealed class AServerByUrl
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    [Fact]
    public async Task Is_archived_by_watch_and_recovered_into_a_directory_while_its_place_is_left_to_its_owner()
    {
        await using var server = new PostgresServer();
        await using var database = await server.EmptyDatabaseAsync("fsm", Ct);
        await ExecuteAsync(database, "create table notes (text text); grant select, insert on notes to fsm_app; insert into notes values ('one'), ('two')");
        await using var tool = new Installation().With("ARCHIVE", "stream").With("ARCHIVE_URL", database.SuperuserUrl).With("ARCHIVE_HEARTBEAT_SECONDS", "1").With("SHOP_DATABASE_URL", database.AppUrl);
        Directory.CreateDirectory(tool.Data.Path);
        using var watch = tool.Start("archive", "watch");
        try
        {
            await Archived.StateAsync(tool, state => state is { NewestBackup: not null, Recoverable: not null });
            await ExecuteAsync(database, "insert into notes values ('three')");

            var into = Path.Combine(tool.Data.Path, "copy");
            var answer = await tool.RunAsync("archive", "recover", "--latest", "--into", into, "--json");

            Assert.True(answer.Code == 0, answer.Talk);
            Assert.Equal(3, JsonSerializer.Deserialize<RecoveryWords.Report>(answer.Out, Json)!.Databases.Single().Rows["notes"]);
            var replace = await tool.RunAsync("restore", "--latest", "--yes");
            Assert.Equal(3, replace.Code);
            Assert.Contains("needs the server's own disk", replace.Talk, StringComparison.Ordinal);
            var unset = await tool.With("ARCHIVE", "pgbackrest").With("ARCHIVE_DIR", Path.Combine(tool.Data.Path, "other")).RunAsync("archive", "backup");
            Assert.Equal(3, unset.Code);
            Assert.Contains("alter system set archive_command = ", unset.Talk, StringComparison.Ordinal);
        }
        finally
        {
            Signals.Send(ProcessIdentity.Of(watch.Id)!, Signal.Terminate);
            await watch.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static async Task ExecuteAsync(TestDatabase database, string sql)
    {
        await using var command = database.OwnerSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Ct);
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;
}
