using System.CommandLine;
using System.Text.Json;
using Outpost.Operator.Commands;
using Outpost.Platform.Configuration;
using Outpost.Platform.Roles;
using Outpost.Testing;

namespace Outpost.Operator.Tests.Commands;

public sealed class MigratingByCommand(PostgresServer postgres)
{
    private static readonly Subsystem Fsm = new("fsm", "ai_fsm", typeof(MigratingByCommand).Assembly, (_, _) => Task.FromResult<Login?>(null), Demo: null);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Prints_each_file_and_a_count_and_the_second_time_none()
    {
        await using var database = await postgres.EmptyDatabaseAsync(Ct);

        var first = await RunAsync(database, "up");
        var second = await RunAsync(database, "up");

        Assert.Equal((ExitCodes.Ok, "Applying 0001_tools.sql ...\nApplying 0002_tool_prices.sql ...\n2 applied\n", ""), (first.ExitCode, first.Output, first.Talk));
        Assert.Equal((ExitCodes.Ok, "0 applied\n", ""), (second.ExitCode, second.Output, second.Talk));
    }

    [Fact]
    public async Task What_changes_the_schema_is_in_the_journal_of_the_installation_and_waits_for_no_other()
    {
        await using var database = await postgres.EmptyDatabaseAsync(Ct);
        var data = new Outpost.Operator.Runtimes.DataDirectory(Directory.CreateTempSubdirectory("outpost-migrate-").FullName);
        await File.WriteAllTextAsync(data.Journal, "", Ct);
        Task<Invocation> MigrateAsync(params string[] words) => Invocation.AsTypedAsync(Commands(database.Settings.With(("OUTPOST_DATA", data.Path)), _ => null), words);

        Assert.Equal(ExitCodes.Ok, (await MigrateAsync("up")).ExitCode);
        Assert.Equal(ExitCodes.Ok, (await MigrateAsync("status")).ExitCode);
        Assert.Equal(ExitCodes.Ok, (await MigrateAsync("down", "--dry-run")).ExitCode);
        Assert.Equal(ExitCodes.Refused, (await MigrateAsync("down")).ExitCode);
        Assert.Equal(ExitCodes.Ok, (await MigrateAsync("down", "--yes")).ExitCode);
        await new Outpost.Operator.Journal.Operations(TimeProvider.System).RunAsync(data, "restore", "all", _ => { }, async _ => Assert.Equal(ExitCodes.Locked, (await MigrateAsync("up")).ExitCode));

        Assert.Equal(
            ["migrate up Ok ", "migrate down Failed ended with 3", "migrate down Ok ", "restore Ok "],
            new Outpost.Operator.Journal.OperationJournal(data.Journal).Runs().Select(r => $"{r.Start.Command} {r.End!.Outcome} {r.End.Detail}"));
        Directory.Delete(data.Path, recursive: true);
    }

    [Fact]
    public async Task Shows_the_current_revision_and_what_is_pending()
    {
        await using var database = await postgres.EmptyDatabaseAsync(Ct);

        var before = await RunAsync(database, "status");
        await RunAsync(database, "up");
        var after = await RunAsync(database, "status");

        Assert.Equal("Current revision: none\nPending migrations: 2\n  0001_tools\n  0002_tool_prices\n", before.Output);
        Assert.Equal("Current revision: 0002_tool_prices (head)\nPending migrations: 0\n", after.Output);
    }

    [Theory]
    [InlineData("status", "current", "\"0002_tool_prices\"")]
    [InlineData("history", "applied", null)]
    [InlineData("verify", "ok", "true")]
    [InlineData("up", "applied", "[]")]
    public async Task Prints_one_json_document_when_asked(string verb, string property, string? value)
    {
        await using var database = await postgres.EmptyDatabaseAsync(Ct);
        await RunAsync(database, "up");

        var run = await RunAsync(database, verb, "--json");

        using var document = JsonDocument.Parse(run.Output);
        Assert.Equal("fsm", document.RootElement.GetProperty("system").GetString());
        if (value is null) Assert.Equal(2, document.RootElement.GetProperty(property).GetArrayLength());
        else Assert.Equal(value, document.RootElement.GetProperty(property).GetRawText());
    }

    [Fact]
    public async Task Says_what_it_would_do_and_does_not()
    {
        await using var database = await postgres.EmptyDatabaseAsync(Ct);

        var run = await RunAsync(database, "up", "--dry-run");

        Assert.Equal((ExitCodes.Ok, "Would apply 0001_tools.sql\nWould apply 0002_tool_prices.sql\n2 would be applied\n"), (run.ExitCode, run.Output));
        Assert.StartsWith("Current revision: none", (await RunAsync(database, "status")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuses_a_database_that_is_newer_with_exit_code_3()
    {
        await using var database = await postgres.EmptyDatabaseAsync(Ct);
        await RunAsync(database, "up");
        await using (var later = database.OwnerSource.CreateCommand("insert into schema_migrations values (9, '0009_later', 'c', now(), 'x', 1, '9.9.9')")) await later.ExecuteNonQueryAsync(Ct);

        var up = await RunAsync(database, "up");
        var status = await RunAsync(database, "status");
        var verify = await RunAsync(database, "verify", "--json");

        Assert.Equal(ExitCodes.Refused, up.ExitCode);
        Assert.StartsWith("The database is newer than this build: 0009_later was applied by Outpost 9.9.9", up.Talk, StringComparison.Ordinal);
        Assert.Equal((ExitCodes.Failed, ExitCodes.Failed), (status.ExitCode, verify.ExitCode));
        Assert.Contains("\"ok\": false", verify.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Takes_back_only_with_yes_where_there_is_no_terminal()
    {
        await using var database = await postgres.EmptyDatabaseAsync(Ct);
        await RunAsync(database, "up");

        var refused = await RunAsync(database, "down");
        var dry = await RunAsync(database, "down", "--dry-run");
        var done = await RunAsync(database, "down", "--yes");

        Assert.Equal(ExitCodes.Refused, refused.ExitCode);
        Assert.Contains("  alter table tools drop column price_cents;\n", refused.Talk, StringComparison.Ordinal);
        Assert.EndsWith("There is no terminal to ask at. Nothing was changed. Fix: add --yes.\n", refused.Talk, StringComparison.Ordinal);
        Assert.Equal((ExitCodes.Ok, "0 taken back\n"), (dry.ExitCode, dry.Output));
        Assert.Equal((ExitCodes.Ok, "Applying 0002_tool_prices.down.sql ...\n1 taken back\n"), (done.ExitCode, done.Output));
        Assert.StartsWith("Current revision: 0001_tools\n", (await RunAsync(database, "status")).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0002_tool_prices", ExitCodes.Ok)]
    [InlineData("yes", ExitCodes.Refused)]
    [InlineData("", ExitCodes.Refused)]
    public async Task Takes_back_what_a_person_names_in_full(string typed, int exitCode)
    {
        await using var database = await postgres.EmptyDatabaseAsync(Ct);
        await RunAsync(database, "up");

        var run = await Invocation.OfAsync(Commands(database.Settings, _ => typed), "down");

        Assert.Equal(exitCode, run.ExitCode);
    }

    [Fact]
    public async Task Stamps_what_is_there_and_else_only_by_force()
    {
        await using var database = await postgres.EmptyDatabaseAsync(Ct);

        var unseen = await RunAsync(database, "stamp", "0002_tool_prices");
        var shortened = await RunAsync(database, "stamp", "2", "--force", "--yes");
        var unasked = await RunAsync(database, "stamp", "0002_tool_prices", "--force");
        var forced = await RunAsync(database, "stamp", "0002_tool_prices", "--force", "--yes");

        Assert.All([unseen, shortened, unasked], run => Assert.Equal(ExitCodes.Refused, run.ExitCode));
        Assert.Contains("table tools", unseen.Talk, StringComparison.Ordinal);
        Assert.Equal((ExitCodes.Ok, "Noted 0001_tools as applied\nNoted 0002_tool_prices as applied\n2 noted\n"), (forced.ExitCode, forced.Output));
    }

    [Fact]
    public async Task Ends_with_1_when_a_statement_fails()
    {
        await using var database = await postgres.EmptyDatabaseAsync(Ct);
        await using (var other = database.OwnerSource.CreateCommand("create table tools (id text)")) await other.ExecuteNonQueryAsync(Ct);

        var failed = await RunAsync(database, "up");

        Assert.Equal(ExitCodes.Failed, failed.ExitCode);
        Assert.StartsWith("0001_tools.sql:1:1 failed: relation \"tools\" already exists (SQLSTATE 42P07", failed.Talk, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ends_with_2_and_the_key_when_the_configuration_is_wrong()
    {
        var none = await Invocation.OfAsync(Commands(Of(), _ => null), "status");
        var wrong = await Invocation.OfAsync(Commands(Of(("DATABASE_URL", "postgresql://u:hunter2#x@h/d")), _ => null), "status");

        Assert.Equal((ExitCodes.Configuration, ExitCodes.Configuration), (none.ExitCode, wrong.ExitCode));
        Assert.StartsWith("DATABASE_URL is not set. Fix:", none.Talk, StringComparison.Ordinal);
        Assert.StartsWith("DATABASE_URL has a # in it. Fix:", wrong.Talk, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", wrong.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuses_one_database_for_two_systems_and_names_the_keys()
    {
        var both = Of(("DATABASE_URL", "postgresql://u:hunter2@/d?host=/nonexistent"));
        var other = Fsm with { Name = "assistant" };

        var shared = await Invocation.OfAsync(MigrateCommands.Create([Fsm, other], () => both, _ => null), "up");
        var one = await Invocation.OfAsync(MigrateCommands.Create([Fsm, other], () => both, _ => null), "up", "--system", "fsm");
        var apart = await Invocation.OfAsync(MigrateCommands.Create([Fsm, other], () => both.With(("ASSISTANT_DATABASE_URL", "postgresql://u:hunter2@/e?host=/nonexistent")), _ => null), "up");

        Assert.Equal(ExitCodes.Configuration, shared.ExitCode);
        Assert.StartsWith("DATABASE_URL leads fsm, assistant to one database, d, and each has to have its own. Fix: set FSM_DATABASE_URL, ASSISTANT_DATABASE_URL", shared.Talk, StringComparison.Ordinal);
        Assert.Equal((ExitCodes.Failed, ExitCodes.Failed), (one.ExitCode, apart.ExitCode));
    }

    [Fact]
    public async Task Ends_with_1_and_the_place_when_there_is_no_server()
    {
        var run = await Invocation.OfAsync(Commands(Of(("DATABASE_URL", "postgresql://u:hunter2@/d?host=/nonexistent")), _ => null), "up");

        Assert.Equal(ExitCodes.Failed, run.ExitCode);
        Assert.StartsWith("Cannot connect to the database d on /nonexistent:5432 as u", run.Talk, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", run.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Uses_the_owner_and_not_the_app_role()
    {
        await using var database = await postgres.EmptyDatabaseAsync(Ct);

        await RunAsync(database, "up");

        await using var who = database.Superuser.CreateCommand("select tableowner::text from pg_tables where tablename = 'tools'");
        Assert.Equal("fsm_owner", await who.ExecuteScalarAsync(Ct));
    }

    [Fact]
    public async Task Knows_only_the_systems_there_are()
    {
        await using var database = await postgres.EmptyDatabaseAsync(Ct);

        Assert.Equal(ExitCodes.Ok, (await RunAsync(database, "status", "--system", "fsm")).ExitCode);
        Assert.NotEqual(ExitCodes.Ok, (await RunAsync(database, "status", "--system", "crm")).ExitCode);
    }

    private static Task<Invocation> RunAsync(TestDatabase database, params string[] args) => Invocation.OfAsync(Commands(database.Settings.With(("OUTPOST_DATA", "/nonexistent")), _ => null), args);

    private static Command Commands(Settings settings, Func<string, string?> ask) => MigrateCommands.Create([Fsm], () => settings, ask);

    // An installation of this machine's own is none of the tests' business.
    private static Settings Of(params (string, string)[] values) => new Settings(new Dictionary<string, string> { ["OUTPOST_DATA"] = "/nonexistent" }).With(values);
}
