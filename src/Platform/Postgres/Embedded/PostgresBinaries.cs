using System.Globalization;
using System.Text.RegularExpressions;
using Outpost.Platform.Processes;

namespace Outpost.Platform.Postgres.Embedded;

/// <summary>The programs of one installed version of PostgreSQL.</summary>
public sealed partial record PostgresBinaries(string Directory, int Version)
{
    /// <summary>Predefined roles that read everything came with this version.</summary>
    public const int Oldest = 14;

    private const string DebianPlace = "/usr/lib/postgresql";

    public string Postgres => Of("postgres");

    public string InitDb => Of("initdb");

    /// <summary>Any other of its programs, such as <c>pg_basebackup</c>.</summary>
    public string Of(string program) => Path.Combine(Directory, program);

    /// <summary>The newest version that is installed, or for a cluster that exists the version that made it, which alone can read it.</summary>
    /// <param name="only">The directory to look in and no other (<c>POSTGRES_BIN</c>); null to look where the distributions put it.</param>
    /// <exception cref="TroubleException">There is none that fits.</exception>
    public static async Task<PostgresBinaries> FindAsync(string? only, string cluster, CancellationToken ct)
    {
        var wanted = MadeBy(cluster);
        var found = only is null ? Installed() : await AtAsync(only, ct) is { } one ? [one] : [];
        var fitting = found.Where(b => wanted is null || b.Version == wanted).MaxBy(b => b.Version);
        if (fitting is not null) return fitting.Version >= Oldest ? fitting : throw TooOld(fitting);

        throw wanted is not null && found.Count > 0 ? Gone(cluster, wanted.Value, found) : Missing(only, wanted);
    }

    /// <summary>The major version in the cluster's <c>PG_VERSION</c>; null when there is no cluster.</summary>
    public static int? MadeBy(string cluster) =>
        int.TryParse(ProcessIdentity.Read(Path.Combine(cluster, "PG_VERSION"))?.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : null;

    private static List<PostgresBinaries> Installed() =>
    [
        .. (System.IO.Directory.Exists(DebianPlace) ? System.IO.Directory.EnumerateDirectories(DebianPlace) : [])
            .Concat(System.IO.Directory.Exists("/usr") ? System.IO.Directory.EnumerateDirectories("/usr", "pgsql-*") : [])
            .Select(d => (Bin: Path.Combine(d, "bin"), Version: int.TryParse(Path.GetFileName(d).Replace("pgsql-", "", StringComparison.Ordinal), NumberStyles.None, CultureInfo.InvariantCulture, out var v) ? v : 0))
            .Where(p => p.Version > 0 && File.Exists(Path.Combine(p.Bin, "postgres")) && File.Exists(Path.Combine(p.Bin, "initdb")))
            .Select(p => new PostgresBinaries(p.Bin, p.Version)),
    ];

    private static async Task<PostgresBinaries?> AtAsync(string directory, CancellationToken ct)
    {
        if (!File.Exists(Path.Combine(directory, "postgres")) || !File.Exists(Path.Combine(directory, "initdb"))) return null;

        var said = await ShortRun.OfAsync([Path.Combine(directory, "postgres"), "--version"], null, null, ct);
        return VersionSaid().Match(said.Output) is { Success: true } match ? new(directory, int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture)) : null;
    }

    private static TroubleException Missing(string? only, int? wanted) => new(
        TroubleKind.Refused,
        only is null ? "PostgreSQL is not installed" : $"there is no PostgreSQL in {only}, where POSTGRES_BIN points",
        $"{(only is null ? "" : "unset POSTGRES_BIN, or: ")}sudo apt-get install -y postgresql{(wanted is null ? "" : $"-{wanted}")}, or set DATABASE_URL to a server of your own",
        only is null ? "looked for /usr/lib/postgresql/*/bin/postgres and /usr/pgsql-*/bin/postgres" : null);

    private static TroubleException Gone(string cluster, int wanted, List<PostgresBinaries> found) => new(
        TroubleKind.Refused,
        $"the database in {cluster} was made by PostgreSQL {wanted}, which is no longer installed",
        $"sudo apt-get install -y postgresql-{wanted}; then dump it with that version and restore it with the newer one",
        $"installed: {string.Join(", ", found.OrderBy(b => b.Version).Select(b => $"{b.Version} in {b.Directory}"))}");

    private static TroubleException TooOld(PostgresBinaries found) => new(
        TroubleKind.Refused, $"PostgreSQL {found.Version} is too old: {Oldest} or newer is needed", "sudo apt-get install -y postgresql", $"found in {found.Directory}");

    [GeneratedRegex(@"\(PostgreSQL\) (\d+)")]
    private static partial Regex VersionSaid();
}
