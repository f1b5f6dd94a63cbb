using Outpost.Platform.Processes;

namespace Outpost.Operator.Tests.Launching;

public sealed class LaunchingWithoutWhatItNeeds
{
    private static readonly string Home = Find();

    [Fact]
    public async Task The_SDK_that_is_missing_is_named_with_what_is_there_and_how_to_get_it()
    {
        var copy = Directory.CreateTempSubdirectory("outpost-launcher-").FullName;
        try
        {
            File.Copy(Path.Combine(Home, "outpost"), Path.Combine(copy, "outpost"));
            Directory.CreateDirectory(Path.Combine(copy, "src"));
            await File.WriteAllTextAsync(Path.Combine(copy, "global.json"), """{ "sdk": { "version": "99.0.100" } }""", TestContext.Current.CancellationToken);

            var launch = await ShortRun.OfAsync([Path.Combine(copy, "outpost"), "up"], null, null, TestContext.Current.CancellationToken);

            Assert.Equal(ExitCodes.Refused, launch.Code);
            Assert.Contains("the .NET 99.0 SDK is not here", launch.Output, StringComparison.Ordinal);
            Assert.Contains("found: ", launch.Output, StringComparison.Ordinal);
            Assert.Contains("Next: ", launch.Output, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(copy, recursive: true);
        }
    }

    [Fact]
    public async Task Somebody_without_sudo_is_told_the_command_that_installs_what_is_missing()
    {
        Assert.SkipUnless(UnixUser.IsRoot, "only root can run something as another user");

        // Taken from its text, because that user may not be let into this directory.
        var packages = await File.ReadAllTextAsync(Path.Combine(Home, "scripts/packages.sh"), TestContext.Current.CancellationToken);
        var asked = await ShortRun.OfAsync(["bash", "-s"], UnixUser.First("nobody"), packages + "\npackages_ensure redis-server no-such-package", TestContext.Current.CancellationToken);

        Assert.Equal(ExitCodes.Refused, asked.Code);
        Assert.Contains("sudo apt-get update && sudo apt-get install -y --no-install-recommends no-such-package", asked.Output, StringComparison.Ordinal);
    }

    private static string Find()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(at.FullName, "Outpost.slnx"))) at = at.Parent!;
        return at.FullName;
    }
}
