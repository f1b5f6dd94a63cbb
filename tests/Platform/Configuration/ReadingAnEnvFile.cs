using Outpost.Platform.Configuration;

namespace Outpost.Platform.Tests.Configuration;

public sealed class ReadingAnEnvFile
{
    [Theory]
    [InlineData("KEY=value", "value")]
    [InlineData("  export   KEY=value", "value")]
    [InlineData("KEY = value ", "value")]
    [InlineData("KEY=", "")]
    [InlineData("KEY=''", "")]
    [InlineData("KEY=two words # comment", "two words")]
    [InlineData("KEY=a#b", "a#b")]
    [InlineData("KEY=#comment", "")]
    [InlineData("KEY=a=b==", "a=b==")]
    [InlineData("KEY='single $HOME \"x\" # no comment'  # comment", "single $HOME \"x\" # no comment")]
    [InlineData(@"KEY='it\'s'", "it's")]
    [InlineData(@"KEY=""a\n\t\""\\\$B\x""", "a\n\t\"\\$B\\x")]
    [InlineData("KEY=\"two\nlines\"", "two\nlines")]
    [InlineData("\uFEFFKEY=bom", "bom")]
    [InlineData("# head\r\n\r\nKEY=crlf\r\n", "crlf")]
    [InlineData("KEY=costs 5$", "costs 5$")]
    [InlineData(@"KEY=back\slash", @"back\slash")]
    [InlineData("KEY=ünï", "ünï")]
    public void Gives_the_value_that_docker_compose_gives(string text, string value)
    {
        var file = EnvFile.Parse(".env", text);

        Assert.Empty(file.Problems);
        Assert.Equal(("KEY", value), (Assert.Single(file.Entries).Key, file.Entries[0].Value));
    }

    [Theory]
    [InlineData("\nKEY", ".env:2 has no = after KEY. Fix: write KEY=value, or put # before the line.")]
    [InlineData("KEY: value", ".env:1 has a colon after KEY. Fix: write KEY=value.")]
    [InlineData("1KEY=value", ".env:1 does not begin with a name.")]
    [InlineData("MY-KEY=value", ".env:1 has no = after MY.")]
    [InlineData("=value", ".env:1 does not begin with a name.")]
    [InlineData("A=1\nKEY=\"open\nB=2\n", ".env:2 opens a \" for KEY that is never closed.")]
    [InlineData("KEY='a' b", ".env:1 goes on after the closing quote of KEY.")]
    [InlineData("KEY=a$HOME", ".env:1 has a $ in KEY, in whose place docker compose would put another variable. Fix: put the value into single quotes.")]
    [InlineData("KEY=\"a${B}\"", ".env:1 has a $ in KEY")]
    [InlineData("KEY=a$$b", ".env:1 has a $ in KEY")]
    [InlineData("KEY=a\0b", ".env:1 has a zero byte in KEY")]
    public void Names_each_fault_by_file_and_line_with_the_fix(string text, string message) =>
        Assert.StartsWith(message.TrimEnd('.'), Assert.Single(EnvFile.Parse(".env", text).Problems).ToString(), StringComparison.Ordinal);

    [Fact]
    public void Goes_on_behind_a_fault_to_find_all_of_them()
    {
        var file = EnvFile.Parse(".env", "A=1\nbroken\nB=\"x\" y\nC=${D}\nE=2\n");

        Assert.Equal([".env:2", ".env:3", ".env:4"], file.Problems.Select(p => p.Key));
        Assert.Equal([("A", 1), ("E", 5)], file.Entries.Select(e => (e.Key, e.Line)));
    }

    [Fact]
    public void Counts_the_lines_inside_quotes() =>
        Assert.Equal(4, EnvFile.Parse(".env", "A='1\n2\n3'\nB=2").Entries[1].Line);

    [Fact]
    public void Refuses_a_key_that_stands_twice_with_both_lines()
    {
        var problem = Assert.Single(EnvFile.Parse(".env", "AUTH_SECRET=one-secret\n\nAUTH_SECRET=other-secret\n").Problems);

        Assert.Equal("AUTH_SECRET is set twice, at .env:1 and .env:3. Fix: delete one of the two lines.", problem.ToString());
    }
}
