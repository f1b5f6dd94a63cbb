using Outpost.FieldService;
using Outpost.Operator.Tests.Backups;
using Outpost.Testing;

namespace Outpost.Operator.Tests.Runbooks;

public sealed class FollowingTheRunbooks(PostgresServer server)
{
    [Fact]
    public async Task Every_command_of_the_backup_runbook_does_what_it_says()
    {
        await using var at = await BackedUp.FieldServiceAsync(server);
        await FieldServiceRole.Subsystem.FirstLogin(at.Settings, TestContext.Current.CancellationToken);
        at.With("BACKUP_OFFSITE", Directory.CreateDirectory(Path.Combine(at.Root, "usb")).FullName);
        File.WriteAllText(Path.Combine(at.Documents, "receipt.pdf"), "paper");
        var bin = Directory.CreateDirectory(Path.Combine(at.Root, "bin")).FullName;
        File.WriteAllText(Path.Combine(bin, "outpost"), $"#!/bin/sh\nexec '{Environment.ProcessPath}' \"$@\"\n");
        File.SetUnixFileMode(Path.Combine(bin, "outpost"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var environment = at.Settings.Keys.ToDictionary(k => k, k => at.Settings[k] ?? "");
        environment["PATH"] = $"{bin}:{environment["PATH"]}";
        environment["OUTPOST"] = Path.Combine(bin, "outpost");

        await Runbook.FollowAsync(Path.Combine(Repository.Root, "docs/runbooks/backup-and-restore.md"), Repository.Root, environment, TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("a …\n", "a b\n", true)]
    [InlineData("a …\n", "b a\n", false)]
    [InlineData("…\nend\n", "1\n2\nend\n", true)]
    [InlineData("", "something\n", false)]
    [InlineData("[x] (1.4M)\n", "[x] (1.4M)\n", true)]
    [InlineData("one\n", "one\ntwo\n", false)]
    public void What_comes_has_to_be_what_is_written(string expected, string output, bool fits) =>
        Assert.Equal(fits, Runbook.Fits(expected.Split('\n')[..^1], output));
}
