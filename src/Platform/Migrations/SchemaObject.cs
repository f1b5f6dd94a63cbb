using System.Text.RegularExpressions;
using Npgsql;

namespace Outpost.Platform.Migrations;

/// <summary>Something a migration makes that can be looked for in the catalogue.</summary>
/// <param name="Kind"><c>table</c>, <c>index</c>, <c>view</c>, <c>sequence</c>, <c>type</c>, <c>function</c>, <c>schema</c> or <c>column</c>.</param>
/// <param name="Name">As the migration writes it; a column as <c>table.column</c>.</param>
internal sealed record SchemaObject(string Kind, string Name)
{
    public override string ToString() => $"{Kind} {Name}";
}

/// <summary>
/// Which objects ought to be there after some migrations. What they make by other means (in a <c>do</c> block, by <c>execute</c>) is not
/// seen; so an absence can be proved, and completeness cannot.
/// </summary>
internal static partial class SchemaObjects
{
    public static IReadOnlyList<SchemaObject> After(IEnumerable<Migration> migrations)
    {
        var there = new HashSet<SchemaObject>();
        foreach (var statement in migrations.SelectMany(m => SqlScript.Split(m.Text))) Apply(statement.Plain, there);
        return [.. there];
    }

    public static async Task<IReadOnlyList<SchemaObject>> MissingAsync(NpgsqlConnection connection, IReadOnlyList<SchemaObject> expected, CancellationToken ct)
    {
        await using var command = Journal.Unhurried(connection, """
            select ord::int from unnest($1::text[], $2::text[]) with ordinality as o(kind, name, ord)
            where not case kind
              when 'type' then to_regtype(name) is not null
              when 'schema' then to_regnamespace(name) is not null
              when 'function' then exists (select from pg_proc where proname = (parse_ident(name))[array_length(parse_ident(name), 1)])
              when 'column' then exists (
                select from pg_attribute
                where attrelid = to_regclass((
                    select string_agg(quote_ident(part), '.' order by nr) from unnest(parse_ident(name)) with ordinality as p(part, nr)
                    where nr < array_length(parse_ident(name), 1)))
                  and attname = (parse_ident(name))[array_length(parse_ident(name), 1)] and not attisdropped)
              else to_regclass(name) is not null end
            order by 1
            """);
        command.Parameters.Add(new() { Value = expected.Select(o => o.Kind).ToArray() });
        command.Parameters.Add(new() { Value = expected.Select(o => o.Name).ToArray() });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var missing = new List<SchemaObject>();
        while (await reader.ReadAsync(ct)) missing.Add(expected[reader.GetInt32(0) - 1]);
        return missing;
    }

    private static void Apply(string statement, HashSet<SchemaObject> there)
    {
        if (Create().Match(statement) is { Success: true } create)
        {
            // A temporary table is gone with its session.
            if (!create.Groups["temporary"].Success) there.Add(new(Kind(create), Name(create, "name")));
        }
        else if (Drop().Match(statement) is { Success: true } drop)
        {
            foreach (var name in drop.Groups["names"].Value.Split(',')) Forget(there, Kind(drop), Bare(name));
        }
        else if (Rename().Match(statement) is { Success: true } rename)
        {
            Forget(there, Kind(rename), Name(rename, "name"));
            there.Add(new(Kind(rename), Name(rename, "to")));
        }
        else if (AlterTable().Match(statement) is { Success: true } alter)
        {
            AlterColumns(Name(alter, "name"), alter.Groups["rest"].Value, there);
        }
    }

    private static void AlterColumns(string table, string changes, HashSet<SchemaObject> there)
    {
        foreach (Match add in AddColumn().Matches(changes)) there.Add(new("column", $"{table}.{Name(add, "column")}"));
        foreach (Match drop in DropColumn().Matches(changes)) there.Remove(new("column", $"{table}.{Name(drop, "column")}"));
        foreach (Match rename in RenameColumn().Matches(changes))
        {
            there.Remove(new("column", $"{table}.{Name(rename, "column")}"));
            there.Add(new("column", $"{table}.{Name(rename, "to")}"));
        }
    }

    /// <summary>A table takes its columns and, as far as they were noticed, its indexes with it; those are looked for no more.</summary>
    private static void Forget(HashSet<SchemaObject> there, string kind, string name)
    {
        there.Remove(new(kind, name));
        if (kind != "table") return;

        there.RemoveWhere(o => o.Kind == "column" && o.Name.StartsWith(name + ".", StringComparison.Ordinal));
        there.RemoveWhere(o => o.Kind is "index" or "sequence" or "view");
    }

    private static string Kind(Match match) => match.Groups["kind"].Value.ToLowerInvariant() switch
    {
        "procedure" => "function",
        "domain" => "type",
        "materialized view" => "view",
        var kind => kind,
    };

    private static string Name(Match match, string group) => Bare(match.Groups[group].Value);

    private static string Bare(string name) => Arguments().Replace(name.Trim(), "") is var bare && bare.Contains('"') ? bare : bare.ToLowerInvariant();

    private const string Identifier = """(?:"(?:[^"]|"")+"|[\w$]+)(?:\.(?:"(?:[^"]|"")+"|[\w$]+))?""";
    private const string Kinds = "table|index|materialized view|view|sequence|type|domain|function|procedure|schema";
    private const RegexOptions Options = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant;

    [GeneratedRegex($@"^create (?:or replace )?(?:unlogged |unique |recursive )*(?<temporary>(?:local |global )?temp(?:orary)? )?(?<kind>{Kinds}) (?:concurrently )?(?:if not exists )?(?!on )(?<name>{Identifier})", Options)]
    private static partial Regex Create();

    [GeneratedRegex($@"^drop (?<kind>{Kinds}) (?:concurrently )?(?:if exists )?(?<names>[^;]*?)(?: cascade| restrict)?$", Options)]
    private static partial Regex Drop();

    [GeneratedRegex($@"^alter (?<kind>{Kinds}) (?:if exists )?(?<name>{Identifier}) rename to (?<to>{Identifier})$", Options)]
    private static partial Regex Rename();

    [GeneratedRegex($@"^alter table (?:if exists )?(?:only )?(?<name>{Identifier}) (?<rest>.*)$", Options)]
    private static partial Regex AlterTable();

    // Without the word column, "add constraint …", "add primary key …" look the same; so the word is required.
    [GeneratedRegex($@"(?:^|, ?)add column (?:if not exists )?(?<column>{Identifier})", Options)]
    private static partial Regex AddColumn();

    [GeneratedRegex($@"(?:^|, ?)drop column (?:if exists )?(?<column>{Identifier})", Options)]
    private static partial Regex DropColumn();

    [GeneratedRegex($@"^rename column (?<column>{Identifier}) to (?<to>{Identifier})$", Options)]
    private static partial Regex RenameColumn();

    [GeneratedRegex(@"\(.*\)$", Options)]
    private static partial Regex Arguments();
}
