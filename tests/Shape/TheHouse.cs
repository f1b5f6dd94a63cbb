using System.Xml.Linq;

namespace Outpost.Shape.Tests;

public sealed class TheHouse
{
    [Fact]
    public void Projects_reference_only_what_stands_below_them()
    {
        var broken = from file in Directory.EnumerateFiles(House.Source, "*.csproj", SearchOption.AllDirectories).Append(Path.Combine(House.Root, "bench", "Bench.csproj"))
                     let project = Path.GetFileName(Path.GetDirectoryName(file)!)
                     from reference in XDocument.Load(file).Descendants("ProjectReference")
                     let other = Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value)
                     where !House.MayReference(project, other)
                     select $"{project} -> {other}";

        Nothing(broken);
    }

    [Fact]
    public void Features_use_only_what_the_table_allows()
    {
        var broken = from at in House.Features()
                     from file in House.CodeFiles(at.Folder)
                     from line in File.ReadLines(file)
                     where !House.MayUse(at.Service, at.Feature, line)
                     select $"{at.Service}/{at.Feature}: {Path.GetFileName(file)}: {line}";

        Nothing(broken);
    }

    [Fact]
    public void Every_feature_stands_in_the_table()
    {
        var unknown = from at in House.Features()
                      where !House.Services[at.Service].Features.ContainsKey(at.Feature)
                      select $"{at.Service}/{at.Feature}";

        Nothing(unknown);
    }

    [Fact]
    public void Only_its_own_feature_writes_a_table()
    {
        var broken = from at in House.Features()
                     from file in House.CodeFiles(at.Folder)
                     from table in House.ForeignWrites(at.Service, at.Feature, File.ReadAllText(file))
                     select $"{at.Service}/{at.Feature}/{Path.GetFileName(file)} writes {table}";

        Nothing(broken);
    }

    [Fact]
    public void The_clock_is_a_TimeProvider_nothing_blocks_and_calls_go_out_by_one_door()
    {
        var broken = from file in House.CodeFiles(House.Source)
                     from line in File.ReadLines(file)
                     where House.IsBanned(line)
                     select $"{Path.GetFileName(file)}: {line.Trim()}";

        Nothing(broken);
    }

    [Fact]
    public void Folders_are_named_by_the_trade() =>
        Assert.DoesNotContain(
            Directory.EnumerateDirectories(House.Source, "*", SearchOption.AllDirectories)
                .Where(f => !f.Contains("/obj", StringComparison.Ordinal) && !f.Contains("/bin", StringComparison.Ordinal))
                .Select(f => Path.GetFileName(f)!),
            House.NamesNothing);

    [Fact]
    public void Versions_of_packages_are_exact()
    {
        var floating = from version in XDocument.Load(Path.Combine(House.Root, "Directory.Packages.props")).Descendants("PackageVersion")
                       let number = version.Attribute("Version")!.Value
                       where number.AsSpan().IndexOfAny("*[]()") >= 0
                       select version.Attribute("Include")!.Value;

        Nothing(floating);
    }

    // Assert.Empty shows the first few, cut short; whoever broke a wall wants to see them all.
    private static void Nothing(IEnumerable<string?> broken)
    {
        var all = broken.ToArray();
        Assert.True(all.Length == 0, string.Join(Environment.NewLine, all));
    }
}
