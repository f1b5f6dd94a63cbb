using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;

namespace Outpost.Platform.Migrations;

/// <summary>All migrations that a build knows, in the order of their numbers. No number occurs twice; gaps are allowed.</summary>
public sealed partial class MigrationSet
{
    private MigrationSet(IReadOnlyList<Migration> migrations) => Migrations = migrations;

    public IReadOnlyList<Migration> Migrations { get; }

    /// <summary>The table that says which of them a database has seen.</summary>
    public string Journal { get; private init; } = MigrationJournalAttribute.Usual;

    /// <summary>The set whose files are embedded in an assembly's <c>Migrations</c> folder.</summary>
    /// <exception cref="MigrationException">A file's name is not understood, or two files have one number.</exception>
    public static MigrationSet From(Assembly assembly)
    {
        var resources = assembly.GetManifestResourceNames().Select(name => Folder().Match(name)).Where(m => m.Success);
        var files = Of(resources.Select(m => (m.Groups["file"].Value, Read(assembly, m.Value))));
        return assembly.GetCustomAttribute<MigrationJournalAttribute>() is { } journal ? new(files.Migrations) { Journal = journal.Table } : files;
    }

    /// <summary>The set made of these files.</summary>
    /// <exception cref="MigrationException">A file's name is not understood, or two files have one number.</exception>
    public static MigrationSet Of(params IEnumerable<(string File, string Text)> files)
    {
        var ups = new SortedDictionary<long, (string File, string Text)>();
        var downs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (file, text) in files)
        {
            var name = FileName().Match(file);
            if (!name.Success || !long.TryParse(name.Groups["version"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var version) || version == 0)
            {
                throw MigrationFaults.BadName(file);
            }

            if (name.Groups["down"].Success) downs.Add(name.Groups["name"].Value, text);
            else if (!ups.TryAdd(version, (file, text))) throw MigrationFaults.SameNumber(version, ups[version].File, file);
        }

        var migrations = ups.Select(u => new Migration(u.Key, u.Value.File, u.Value.Text, downs.GetValueOrDefault(u.Value.File[..^".sql".Length]))).ToArray();
        var orphan = downs.Keys.Except(migrations.Select(m => m.Name)).Order(StringComparer.Ordinal).FirstOrDefault();
        return orphan is null ? new(migrations) : throw MigrationFaults.DownAlone(orphan);
    }

    private static string Read(Assembly assembly, string resource)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
        return reader.ReadToEnd();
    }

    // Resource names are dotted paths. A migration's own name has no dots, but a wrongly named file may, and has to be found to be refused.
    [GeneratedRegex(@"^(?:.*\.)?Migrations\.(?<file>.+\.sql)$", RegexOptions.CultureInvariant)]
    private static partial Regex Folder();

    [GeneratedRegex(@"^(?<name>(?<version>[0-9]{1,18})_[a-z0-9]+(?:_[a-z0-9]+)*)(?<down>\.down)?\.sql$", RegexOptions.CultureInvariant)]
    private static partial Regex FileName();
}

/// <summary>
/// Says that the migrations of an assembly are noted in a table of another name than <see cref="Usual"/>: where another tool already keeps that one and must
/// find it as it left it.
/// </summary>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class MigrationJournalAttribute(string table) : Attribute
{
    public const string Usual = "schema_migrations";

    /// <summary>A plain identifier in the schema public.</summary>
    public string Table { get; } = table;
}
