using System.Runtime.CompilerServices;
using Outpost.Platform.Configuration;

namespace Outpost.Platform.Tests.Configuration;

public sealed class TheExampleFile
{
    [Fact]
    public void Of_the_repository_is_the_one_that_the_catalogue_of_keys_gives() => Assert.Equal(EnvTemplate.Example(), File.ReadAllText(Repository(".env.example")));

    [Fact]
    public void Names_each_key_once_so_that_counting_it_gives_one()
    {
        var lines = EnvTemplate.New(MachineProfile.Pi).Split('\n');

        Assert.Single(lines, l => l.Contains("AUTH_SECRET=", StringComparison.Ordinal));
        Assert.All(SettingKeys.All.Where(k => k.InTemplate), k => Assert.Single(lines, l => l.TrimStart('#').StartsWith(k.Name + "=", StringComparison.Ordinal)));
    }

    [Fact]
    public void Has_fresh_secrets_each_time() => Assert.NotEqual(EnvTemplate.New(MachineProfile.Pi), EnvTemplate.New(MachineProfile.Pi));

    private static string Repository(string file, [CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", file);
}
