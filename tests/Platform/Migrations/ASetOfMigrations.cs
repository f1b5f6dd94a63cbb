using Outpost.Platform.Migrations;

namespace Outpost.Platform.Tests.Migrations;

public sealed class ASetOfMigrations
{
    [Fact]
    public void Is_read_from_the_assembly_with_its_ways_back()
    {
        Assert.Equal(["0001_tools.sql", "0003_tool_prices.sql"], Tools.Embedded.Migrations.Select(m => m.File));
        Assert.Null(Tools.Embedded.Migrations[0].Down);
        Assert.StartsWith("drop index", Tools.Embedded.Migrations[1].Down, StringComparison.Ordinal);
    }

    [Fact]
    public void Is_ordered_by_number_and_not_by_text() =>
        Assert.Equal([2L, 10L], MigrationSet.Of(("10_b.sql", ""), ("2_a.sql", "")).Migrations.Select(m => m.Version));

    [Fact]
    public void Refuses_one_number_twice_with_both_files()
    {
        var refusal = Assert.Throws<MigrationException>(() => MigrationSet.Of(("0002_a.sql", ""), ("02_b.sql", "")));

        Assert.StartsWith("Two migrations have the number 2: 0002_a.sql and 02_b.sql", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tools.sql")]
    [InlineData("0001-tools.sql")]
    [InlineData("0001_Tools.sql")]
    [InlineData("0001_tools.up.sql")]
    [InlineData("0000_tools.sql")]
    [InlineData("0001_.sql")]
    [InlineData("99999999999999999999_tools.sql")]
    public void Refuses_a_name_that_it_does_not_understand(string file) =>
        Assert.StartsWith(file + " is no name", Assert.Throws<MigrationException>(() => MigrationSet.Of((file, ""))).Message, StringComparison.Ordinal);

    [Fact]
    public void Refuses_a_way_back_from_nowhere() =>
        Assert.Throws<MigrationException>(() => MigrationSet.Of(("0001_a.sql", ""), ("0001_b.down.sql", "")));
}
