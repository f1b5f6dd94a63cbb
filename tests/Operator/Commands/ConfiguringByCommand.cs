using System.CommandLine;
using System.Text.Json;
using Outpost.Operator.Commands;
using Outpost.Platform.Configuration;
using Outpost.Testing;

namespace Outpost.Operator.Tests.Commands;

public sealed class ConfiguringByCommand : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _directory = Directory.CreateTempSubdirectory("outpost-config-").FullName;

    private string File_ => Path.Combine(_directory, ".env");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData("pi")]
    [InlineData("vps")]
    public async Task Writes_a_configuration_that_passes_its_own_check(string profile)
    {
        var written = await RunAsync("new", "--out", File_, "--profile", profile);
        var check = await RunAsync("check");

        Assert.Equal((ExitCodes.Ok, ""), (written.ExitCode, written.Output));
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(File_));
        Assert.Equal((ExitCodes.Ok, "✓ All required environment variables present\n✓ Database URL parseable\n✓ Port configurations valid\n"), (check.ExitCode, check.Output));
    }

    [Fact]
    public async Task Never_replaces_a_file_unless_told_to_and_then_keeps_the_old_one()
    {
        File.WriteAllText(File_, "AUTH_SECRET=old\n");

        var refused = await RunAsync("new", "--out", File_);
        var kept = File.ReadAllText(File_);
        var forced = await RunAsync("new", "--out", File_, "--force");

        Assert.Equal(ExitCodes.Refused, refused.ExitCode);
        Assert.Equal("AUTH_SECRET=old\n", kept);
        Assert.Equal(ExitCodes.Ok, forced.ExitCode);
        Assert.Equal("AUTH_SECRET=old\n", File.ReadAllText(File_ + ".20261121-103000"));
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(File_ + ".20261121-103000"));
        Assert.Equal([".env", ".env.20261121-103000"], Directory.GetFiles(_directory).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task Leaves_nothing_behind_where_it_cannot_write()
    {
        var run = await RunAsync("new", "--out", Path.Combine(_directory, "nosuch", ".env"));

        Assert.Equal(ExitCodes.Failed, run.ExitCode);
        Assert.Contains("Fix: choose a directory that is yours with --out FILE.", run.Talk, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_directory));
    }

    [Theory]
    [InlineData(null, ".env\n")]
    [InlineData("bin/", "bin/\n.env\n")]
    [InlineData("bin/\n.env\n", "bin/\n.env\n")]
    [InlineData("/.env\n", "/.env\n")]
    [InlineData(".env*\n", ".env*\n")]
    public async Task Keeps_the_file_out_of_git(string? before, string after)
    {
        Directory.CreateDirectory(Path.Combine(_directory, ".git"));
        var ignore = Path.Combine(_directory, ".gitignore");
        if (before is not null) File.WriteAllText(ignore, before);

        await RunAsync("new", "--out", File_);

        Assert.Equal(after, File.ReadAllText(ignore));
    }

    [Fact]
    public async Task Writes_no_gitignore_where_there_is_no_git()
    {
        await RunAsync("new", "--out", File_);

        Assert.Equal([".env"], Directory.GetFiles(_directory).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Prints_each_problem_with_key_cause_and_fix()
    {
        Write("DATABASE_URL=postgresql://u:p@h\nAUTH_SECRET=short\nPORT=0\nDATABSE_URL=x\n");

        var run = await RunAsync("check");

        Assert.Equal(ExitCodes.Configuration, run.ExitCode);
        Assert.Equal("""
            DATABASE_URL names no database. Fix: write it as postgresql://user:password@host:5432/database.
            AUTH_SECRET has 5 characters; at least 32 are needed. Fix: generate one: openssl rand -base64 32.
            PORT is no port number. Fix: set it to a number from 1 to 65535.
            Warning: DATABSE_URL is not known and has no effect; DATABASE_URL is probably meant. Fix: call it DATABASE_URL, or delete it.

            """, run.Output);
    }

    [Fact]
    public async Task Prints_the_faults_of_the_file_itself()
    {
        Write("AUTH_SECRET=one\nAUTH_SECRET=two\nLOG LEVEL=info\n");

        var run = await RunAsync("check");

        Assert.Equal(ExitCodes.Configuration, run.ExitCode);
        Assert.Equal(2, run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.StartsWith("AUTH_SECRET is set twice, at ", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prints_the_same_as_json()
    {
        Write("PORT=0\n");

        using var document = JsonDocument.Parse((await RunAsync("check", "--json")).Output);

        Assert.False(document.RootElement.GetProperty("ok").GetBoolean());
        Assert.Equal("PORT", document.RootElement.GetProperty("problems")[0].GetProperty("key").GetString());
    }

    [Fact]
    public async Task Shows_values_and_where_they_are_from_without_secrets()
    {
        Write("AUTH_SECRET=kX3vR8-mQ2_tY7wZ5nB1cD9fG4hJ6pL0kX3vR8-mQ2_t\nDATABASE_URL=postgresql://u:hunter2@h/d\nLOG_LEVEL=debug\nMY_TOKEN=hunter2\n");

        var run = await RunAsync("show");

        Assert.Matches(@"(?m)^AUTH_SECRET +•••• \(44 characters\) +\S*\.env:1$", run.Output);
        Assert.Matches(@"(?m)^DATABASE_URL +postgresql://u:••••@h:5432/d +\S*\.env:2$", run.Output);
        Assert.Matches(@"(?m)^LOG_LEVEL +debug +\S*\.env:3$", run.Output);
        Assert.Matches(@"(?m)^MY_TOKEN +•••• \(7 characters\) +\S*\.env:4, not known here$", run.Output);
        Assert.Matches(@"(?m)^FSM_PORT +default: 3000$", run.Output);
        Assert.Matches(@"(?m)^PORT +8080 +environment$", (await RunAsync(Environment(("PORT", "8080")), "show")).Output);
    }

    [Fact]
    public async Task Prints_no_secret_whatever_is_asked_and_however_wrong_the_file_is()
    {
        const string Planted = "hunter2-9Qx";
        string[] files =
        [
            .. SettingKeys.All.Select(k => k.Name).Append("MY_API_KEY").SelectMany(key => new[]
            {
                $"{key}={Planted}#\n",
                $"{key}='postgresql://u:{Planted}@h/d'\n",
                $"{key}='redis://:{Planted}@h/x'\n",
            }).Where(text => !PlainText.Any(key => text.StartsWith(key + "=", StringComparison.Ordinal))),
            $"AUTH_SECRET={Planted}\nAUTH_SECRET={Planted}\n",
            $"AUTH_SECRET=\"{Planted}\n",
            $"AUTH_SECRET='{Planted}' {Planted}\n",
            $"AUTH_SECRET={Planted}$HOME\n",
            $"AUTH_SECRET {Planted}\n",
            $"={Planted}\n",
        ];

        foreach (var text in files)
        {
            Write(text);
            foreach (var args in new string[][] { ["check"], ["check", "--json"], ["show"], ["show", "--json"] })
            {
                var run = await RunAsync(args);
                Assert.False(run.All.Contains(Planted, StringComparison.Ordinal), $"{string.Join(' ', args)} printed the secret of:\n{text}");
            }
        }

        var written = await RunAsync("new", "--out", File_, "--force");
        Assert.All(EnvFile.Parse(".env", File.ReadAllText(File_)).Entries.Where(e => e.Key is "AUTH_SECRET" or "POSTGRES_PASSWORD"), e => Assert.DoesNotContain(e.Value, written.All, StringComparison.Ordinal));
    }

    // Whatever stands here is meant to be read by anyone: a name, a directory, a region.
    private static readonly string[] PlainText = ["POSTGRES_DB", "POSTGRES_USER", "OUTPOST_DATA", "OTEL_SERVICE_NAME", "REGION", "INSTANCE", "FLY_REGION", "FLY_ALLOC_ID", "NODE_OPTIONS", "OUTPOST_ENV_FILE", "FSM_API_KEY_FILE", "FSM_FILES_DIR", "AICQ_CONFIG", "RATE_LIMIT_WHITELIST", "ADMIN_AGENT_ID", "ARCHIVE_DIR", "BACKUP_DIR", "BACKUP_OFFSITE", "BACKUP_RECIPIENTS", "BACKUP_IDENTITY", "DECISION_LOG", "ASSISTANT_MODELS", "SMTP_HOST", "SMTP_USER", "REDIS_CA_FILE", "CLIENT_IP_HEADER", "PDF_PYTHON"];

    private void Write(string text)
    {
        File.WriteAllText(File_, text);
        File.SetUnixFileMode(File_, OwnerOnly);
    }

    private Task<Invocation> RunAsync(params string[] args) => RunAsync(Environment(), args);

    private Task<Invocation> RunAsync(Settings environment, params string[] args) =>
        Invocation.OfAsync(ConfigCommands.Create(() => environment.Over(_directory), new Clock(new(2026, 11, 21, 10, 30, 0, TimeSpan.Zero))), args);

    private static Settings Environment(params (string, string)[] values) => new Settings(new Dictionary<string, string>()).With(values);
}
