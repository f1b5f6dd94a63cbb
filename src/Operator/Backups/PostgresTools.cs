using System.Globalization;
using System.Text.RegularExpressions;
using Outpost.Operator.Runtimes;
using Outpost.Platform.Configuration;
using Outpost.Platform.Processes;

namespace Outpost.Operator.Backups;

/// <summary>The client programs of one version of PostgreSQL.</summary>
internal sealed partial record PostgresTools(string Directory, int Version)
{
    public string Dump => Path.Combine(Directory, "pg_dump");

    public string DumpAll => Path.Combine(Directory, "pg_dumpall");

    public string Restore => Path.Combine(Directory, "pg_restore");

    public string Shell => Path.Combine(Directory, "psql");

    /// <summary>Those of the server's own version, else the next newer: an older one cannot read it, and what a much newer one writes an older server may not understand.</summary>
    /// <param name="only">The directory to look in and no other (<c>POSTGRES_BIN</c>).</param>
    /// <param name="server">The server's major version.</param>
    /// <exception cref="TroubleException">There are none that fit.</exception>
    public static async Task<PostgresTools> FindAsync(string? only, int server, CancellationToken ct)
    {
        var found = new List<PostgresTools>();
        foreach (var directory in only is null ? Places() : [only])
        {
            if (!File.Exists(Path.Combine(directory, "pg_dump"))) continue;

            var said = await ToolRun.OfAsync(new(Path.Combine(directory, "pg_dump"), "--version"), ct);
            if (VersionSaid().Match(said.Output) is { Success: true } match) found.Add(new(directory, int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture)));
        }

        return found.Where(t => t.Version >= server).MinBy(t => t.Version) ?? throw new TroubleException(
            TroubleKind.Refused,
            found.Count == 0 ? "pg_dump is not installed" : $"the server is PostgreSQL {server}, and pg_dump {found.Max(t => t.Version)} is too old for it",
            $"sudo apt-get install -y postgresql-client-{server}{(only is null ? "" : ", or unset POSTGRES_BIN")}",
            $"looked in {(only ?? string.Join(", ", Places()))}");
    }

    /// <summary>A program of these for a database; its password goes by the environment.</summary>
    public static Tool For(string program, PostgresUrl url, params IReadOnlyList<string> words) => new(program, ["--dbname=" + (url with { Password = null }).ToUrl(), .. words])
    {
        Environment = Password(url),
    };

    public static Dictionary<string, string> Password(PostgresUrl url) => new(StringComparer.Ordinal) { ["PGPASSWORD"] = url.Password ?? "", ["PGCONNECT_TIMEOUT"] = "15" };

    private static IEnumerable<string> Places() =>
    [
        .. System.IO.Directory.Exists("/usr/lib/postgresql") ? System.IO.Directory.EnumerateDirectories("/usr/lib/postgresql").Select(d => Path.Combine(d, "bin")) : [],
        .. System.IO.Directory.Exists("/usr") ? System.IO.Directory.EnumerateDirectories("/usr", "pgsql-*").Select(d => Path.Combine(d, "bin")) : [],
        "/usr/local/bin",
        "/usr/local/pgsql/bin",
    ];

    [GeneratedRegex(@"\(PostgreSQL\) (\d+)")]
    private static partial Regex VersionSaid();
}
