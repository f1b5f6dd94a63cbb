using Outpost.Platform.Configuration;

namespace Outpost.Platform.Tests.Configuration;

public sealed class LoadingSettings : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("outpost-settings-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Lays_the_environment_over_the_file_and_knows_where_each_value_is_from()
    {
        Write("A=file\nB=file\n");

        var settings = Environment(("A", "environment")).Over(_directory);

        Assert.Equal(("environment", "file"), (settings["A"], settings["B"]));
        Assert.Equal(("environment", ".env:2", null), (settings.SourceOf("A"), settings.SourceOf("B"), settings.SourceOf("C")));
    }

    [Fact]
    public void Needs_no_file() => Assert.Equal("1", Environment(("A", "1")).Over(_directory)["A"]);

    [Fact]
    public void Reads_the_file_that_the_environment_names()
    {
        var other = Write("A=other\n", "other.env");

        Assert.Equal("other", Environment(("OUTPOST_ENV_FILE", other)).Over(null)["A"]);
    }

    [Fact]
    public void Refuses_a_named_file_that_is_not_there() =>
        Assert.StartsWith("OUTPOST_ENV_FILE names ", Refused(Environment(("OUTPOST_ENV_FILE", Path.Combine(_directory, "none")))), StringComparison.Ordinal);

    [Fact]
    public void Refuses_a_file_with_faults_and_names_them_all() =>
        Assert.Equal(2, Assert.Throws<SettingsException>(() => { Write("A\nB\n"); Environment().Over(_directory); }).Problems.Count);

    [Fact]
    public void Refuses_a_file_that_is_no_text()
    {
        File.WriteAllBytes(Path.Combine(_directory, ".env"), [0x41, 0x3D, 0xE4, 0x0A]);

        Assert.StartsWith(".env is not UTF-8 text", Refused(Environment()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    public void Warns_when_others_may_read_the_file(UnixFileMode more)
    {
        File.SetUnixFileMode(Write("A=1\n"), UnixFileMode.UserRead | UnixFileMode.UserWrite | more);

        var warning = Assert.Single(Environment().Over(_directory).Warnings);

        Assert.EndsWith("Fix: chmod 600 .env.", warning.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ENVIRONMENT=production\n", "ENV", "development")]
    [InlineData("A=1\n", "ENVIRONMENT", "Production")]
    [InlineData("A=1\n", "ENV", "prod")]
    public void Refuses_such_a_file_in_production(string text, string key, string value)
    {
        File.SetUnixFileMode(Write(text), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);

        Assert.StartsWith(".env has mode 604", Refused(Environment((key, value))), StringComparison.Ordinal);
    }

    [Fact]
    public void Is_silent_about_a_file_of_its_owner_alone()
    {
        Write("ENVIRONMENT=production\n");

        Assert.Empty(Environment().Over(_directory).Warnings);
    }

    private string Refused(Settings settings) => Assert.Throws<SettingsException>(() => settings.Over(_directory)).Message;

    private static Settings Environment(params (string, string)[] values) => new Settings(new Dictionary<string, string>()).With(values);

    private string Write(string text, string name = ".env")
    {
        var path = Path.Combine(_directory, name);
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }
}
