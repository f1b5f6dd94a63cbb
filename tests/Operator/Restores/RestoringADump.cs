using Npgsql;
using Outpost.Operator.Backups;
using Outpost.Operator.Tests.Backups;
using Outpost.Testing;

namespace Outpost.Operator.Tests.Restores;

public sealed class RestoringADump(PostgresServer server)
{
    [Fact]
    public async Task It_takes_the_place_of_what_runs_which_is_kept_until_it_is_confirmed()
    {
        await using var at = await BackedUp.FieldServiceAsync(server);
        File.WriteAllText(Path.Combine(at.Documents, "receipt.pdf"), "paper");
        await at.TakenAsync();
        at.Clock.Advance(TimeSpan.FromHours(3));
        await at.ExecuteAsync("delete from clients where name like 'Client%'; insert into clients (account_id, id, name) select id, gen_random_uuid(), 'Since' from accounts; update accounts set name = 'Gone ' || id");
        File.Delete(Path.Combine(at.Documents, "receipt.pdf"));

        at.Serving();
        // A service that holds its connections, and is back as soon as it asks again.
        await using var held = await at.Database.AppSource.OpenConnectionAsync(TestContext.Current.CancellationToken);
        var restore = await at.RestoreAsync("--latest", "--yes");

        Assert.True(restore.ExitCode == 0, restore.All);
        Assert.Contains("ai_fsm_20260219_020000.dump of 2026-02-19 02:00:00Z (UTC), 3 hours old, takes the place of the database", restore.Talk, StringComparison.Ordinal);
        Assert.Contains("Restored ai_fsm_20260219_020000.dump, documents_20260219_020000.tar", restore.Output, StringComparison.Ordinal);
        var kept = $"{at.Database.Name}_before_20260219_050000";
        Assert.Equal([at.Database.Name, kept], await at.DatabasesAsync());
        at.Reconnect();
        Assert.Equal(3007, await at.CountAsync("clients"));
        Assert.Equal(0, await at.CountAsync("accounts where name like 'Gone%'"));
        Assert.Equal("paper", File.ReadAllText(Path.Combine(at.Documents, "receipt.pdf")));

        Assert.Equal(3, (await at.RestoreAsync("confirm")).ExitCode);
        Assert.Equal([at.Database.Name, kept], await at.DatabasesAsync());
        var confirm = await at.RestoreAsync("confirm", "--yes");
        Assert.Contains($"Removed {kept}", confirm.Output, StringComparison.Ordinal);
        Assert.Equal([at.Database.Name], await at.DatabasesAsync());
        Assert.Equal(["backups", "data", "documents"], Directory.GetDirectories(at.Root).Select(d => Path.GetFileName(d)!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task It_can_be_taken_back()
    {
        await using var at = await BackedUp.FieldServiceAsync(server);
        await at.TakenAsync();
        await at.ExecuteAsync("insert into clients (account_id, id, name) select id, gen_random_uuid(), 'Since' from accounts");
        File.WriteAllText(Path.Combine(at.Documents, "since.pdf"), "paper");
        var restore = await at.RestoreAsync("--latest", "--yes");
        Assert.Contains("What ran before had more rows: clients 2", restore.Output, StringComparison.Ordinal);
        at.Reconnect();
        Assert.Equal((3007, false), (await at.CountAsync("clients"), File.Exists(Path.Combine(at.Documents, "since.pdf"))));

        var undo = await at.RestoreAsync("undo", "--yes");

        Assert.True(undo.ExitCode == 0, undo.All);
        at.Reconnect();
        Assert.Equal((3009, true), (await at.CountAsync("clients"), File.Exists(Path.Combine(at.Documents, "since.pdf"))));
        Assert.Equal([at.Database.Name], await at.DatabasesAsync());
        Assert.Equal(3, (await at.RestoreAsync("undo", "--yes")).ExitCode);
    }

    [Theory]
    [InlineData(null, "There is no terminal to ask at. Nothing was changed. Fix: add --yes.")]
    [InlineData("yes", "That is not it. Nothing was changed.")]
    public async Task Without_a_clear_yes_nothing_happens(string? typed, string said)
    {
        await using var at = await BackedUp.FieldServiceAsync(server);
        await at.TakenAsync();

        var restore = await at.RestoreAsync(_ => typed, "--latest");

        Assert.Equal(3, restore.ExitCode);
        Assert.Contains(said, restore.Talk, StringComparison.Ordinal);
        Assert.Equal([at.Database.Name], await at.DatabasesAsync());
        Assert.Equal(["backup run"], new Outpost.Operator.Journal.OperationJournal(at.Data.Journal).Runs().Select(r => r.Start.Command));
    }

    [Theory]
    [InlineData("flipped bytes")]
    [InlineData("truncated")]
    [InlineData("swapped manifest")]
    [InlineData("renamed manifest")]
    [InlineData("flipped manifest")]
    [InlineData("counts changed in the manifest")]
    [InlineData("no manifest")]
    public async Task A_damaged_one_never_touches_what_runs(string how)
    {
        await using var at = await BackedUp.FieldServiceAsync(server);
        var other = await at.TakenAsync();
        at.Clock.Advance(TimeSpan.FromDays(1));
        var backup = await at.TakenAsync();
        Harm.Do(how, backup, other);
        var before = await FingerprintAsync(at);

        var restore = await at.RestoreAsync("--file", backup.Path, "--yes");

        Assert.Equal(3, restore.ExitCode);
        Assert.Contains("Next: ", restore.Talk, StringComparison.Ordinal);
        Assert.Equal(before, await FingerprintAsync(at));
        Assert.Equal([at.Database.Name], await at.DatabasesAsync());
    }

    [Fact]
    public async Task One_that_lacks_rows_although_it_can_be_read_is_found_by_its_counts()
    {
        await using var at = await BackedUp.FieldServiceAsync(server);
        var backup = await at.TakenAsync("--system", "fsm");
        var rows = new SortedDictionary<string, long>(backup.Manifest!.Database!.Rows, StringComparer.Ordinal) { ["clients"] = 3008 };
        File.WriteAllText(backup.ManifestPath, (backup.Manifest with { Database = backup.Manifest.Database with { Rows = rows } }).Sealed().ToJson());

        var restore = await at.RestoreAsync("--latest", "--yes");

        Assert.Equal(1, restore.ExitCode);
        Assert.Contains("clients has 3007 rows instead of 3008", restore.Talk, StringComparison.Ordinal);
        Assert.Equal([at.Database.Name], await at.DatabasesAsync());
    }

    [Fact]
    public async Task One_without_its_grants_is_found_although_all_rows_are_there()
    {
        await using var at = await BackedUp.FieldServiceAsync(server);
        var backup = await at.TakenAsync("--system", "fsm");
        // What --no-acl makes of it: the rows are there, and the service may read none of them.
        var where = $"-h {at.Database.AppUrl.Split("host=")[1].Replace("%2F", "/", StringComparison.Ordinal)}";
        await BackedUp.ShellAsync($"""
            set -e; cd {at.Root}; bare={at.Database.Name}_bare
            /usr/lib/postgresql/*/bin/pg_restore --no-acl -f all.sql {backup.Path}
            createdb {where} -U postgres -O fsm_owner $bare
            psql -q {where} -U fsm_owner -d $bare -v ON_ERROR_STOP=1 -f all.sql -o /dev/null
            /usr/lib/postgresql/*/bin/pg_dump -Fc {where} -U fsm_backup -d $bare -f {backup.Path}
            dropdb {where} -U postgres $bare
            """);
        var read = await HashedFile.ReadAsync(backup.Path, null, TestContext.Current.CancellationToken);
        File.WriteAllText(backup.ManifestPath, (backup.Manifest! with { Size = read.Size, Sha256 = read.Sha256 }).Sealed().ToJson());

        var restore = await at.RestoreAsync("--latest", "--yes");

        Assert.Equal(1, restore.ExitCode);
        Assert.Contains("who may do what with", restore.Talk, StringComparison.Ordinal);
        Assert.Equal([at.Database.Name], await at.DatabasesAsync());
    }

    [Fact]
    public async Task Into_a_fresh_server_roles_grants_and_row_level_security_come_with_it()
    {
        await using var at = await BackedUp.FieldServiceAsync(server);
        await at.TakenAsync("--system", "fsm");
        await using var fresh = await FreshServer.StartAsync(Path.Combine(at.Root, "fresh"));
        at.With("DATABASE_URL", fresh.Url("fsm_app", "ai_fsm")).With("DATABASE_OWNER_URL", fresh.Url("fsm_owner", "ai_fsm")).With("DATABASE_BACKUP_URL", fresh.Url("fsm_backup", "ai_fsm")).With("DATABASE_ADMIN_URL", fresh.Url("postgres", "postgres")).Serving();

        var restore = await at.RestoreAsync("--latest", "--yes");

        Assert.True(restore.ExitCode == 0, restore.All);
        await using var app = NpgsqlDataSource.Create(fresh.Connection("fsm_app", "ai_fsm"));
        Assert.Equal(0L, await ScalarAsync(app, "select count(*) from clients"));
        Assert.Equal(7L, await ScalarAsync(app, "select count(*) from clients, (select set_config('app.current_account_id', '00000000-0000-7000-8000-000000000002', false), set_config('app.current_role', 'owner', false)) s"));
        Assert.Equal("false false", await ScalarAsync(app, "select concat_ws(' ', rolsuper::text, rolbypassrls::text) from pg_roles where rolname = 'fsm_app'"));
        Assert.Equal("true", await ScalarAsync(app, "select (rolbypassrls and pg_has_role('fsm_backup', 'pg_read_all_data', 'member'))::text from pg_roles where rolname = 'fsm_backup'"));
        Assert.Equal(0, (await at.BackupAsync("run", "--system", "fsm")).ExitCode);
    }

    [Fact]
    public async Task An_older_one_is_brought_to_the_schema_of_this_build_before_it_takes_its_place()
    {
        await using var at = await BackedUp.FieldServiceAsync(server);
        var set = Outpost.Platform.Migrations.MigrationSet.From(at.Subsystem.Migrations);
        // As a release ago, before the newest migration was noted.
        await at.ExecuteAsync($"delete from schema_migrations where version = {set.Migrations[^1].Version}");
        var backup = await at.TakenAsync("--system", "fsm");
        Assert.Equal(set.Migrations[^2].Name, backup.Manifest!.Database!.Schema);
        var asked = new List<string>();

        var restore = await Tests.Commands.Invocation.AsTypedAsync(
            Outpost.Operator.Commands.RestoreCommand.Create([], [at.Subsystem], (_, settings, _, _) => Note(asked, settings), () => at.Settings, new Outpost.Operator.Journal.Operations(at.Clock), null, _ => null), "--file", backup.Name.Stamp, "--yes");

        Assert.True(restore.ExitCode == 0, restore.All);
        Assert.Contains("_restoring_20260219_020000", Assert.Single(asked), StringComparison.Ordinal);

        static Task Note(List<string> asked, Outpost.Platform.Configuration.Settings settings)
        {
            asked.Add(settings["FSM_DATABASE_OWNER_URL"]!);
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task One_of_a_newer_build_is_refused()
    {
        await using var at = await BackedUp.FieldServiceAsync(server);
        await at.ExecuteAsync("insert into schema_migrations (version, name, checksum, duration_ms, tool_version) values (9999, '9999_flying_cars', 'x', 1, '9.0.0')");
        await at.TakenAsync("--system", "fsm");

        var restore = await at.RestoreAsync("--latest", "--yes");

        Assert.Equal(3, restore.ExitCode);
        Assert.Contains("was taken from a newer version: its schema is 9999_flying_cars", restore.Talk, StringComparison.Ordinal);
        Assert.Equal([at.Database.Name], await at.DatabasesAsync());
    }

    [Fact]
    public async Task An_instant_is_refused_where_there_is_no_archive()
    {
        await using var at = await BackedUp.FieldServiceAsync(server);

        var restore = await at.RestoreAsync("--time", "2026-02-19T01:00:00Z", "--yes");

        Assert.Equal(3, restore.ExitCode);
        Assert.Contains("an instant can only be restored from an archive", restore.Talk, StringComparison.Ordinal);
        Assert.Equal(2, (await at.RestoreAsync("--latest", "--file", "x")).ExitCode);
        Assert.Equal(2, (await at.RestoreAsync()).ExitCode);
    }

    [Fact]
    public async Task One_that_this_build_cannot_serve_does_not_take_its_place()
    {
        await using var at = await BackedUp.FieldServiceAsync(server);
        await at.TakenAsync("--system", "fsm");

        // The service refuses to start on a signing key that is too short, which stands for whatever keeps it from being healthy.
        var restore = await at.With("AUTH_SECRET", "short").Serving().RestoreAsync("--latest", "--yes");

        Assert.Equal(1, restore.ExitCode);
        Assert.Contains("fsm is not healthy on what was restored", restore.Talk, StringComparison.Ordinal);
        Assert.Equal([at.Database.Name], await at.DatabasesAsync());
    }

    private static async Task<string> FingerprintAsync(BackedUp at)
    {
        at.Reconnect();
        await using var command = at.Database.Superuser.CreateCommand("select (select oid::text from pg_database where datname = current_database()) || md5(string_agg(c::text, '' order by id)) from clients c");
        return (string)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    private static async Task<object?> ScalarAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }
}
