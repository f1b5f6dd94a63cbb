using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Outpost.Operator.Runtimes;
using Outpost.Platform.Configuration;
using Outpost.Platform.Processes;

namespace Outpost.Operator.Drills;

/// <summary>One of the five steps of the validation drill.</summary>
/// <param name="Seen">What was observed: a version, counts, an answer.</param>
public sealed record DrillStep(int Number, string Name, bool Ok, string Seen);

/// <summary>What a drill found. It is written down whether it passed or not.</summary>
/// <param name="RestoreMs">From the file to a database that was compared with its manifest.</param>
/// <param name="Bytes">What the restored database takes: with <paramref name="RestoreMs"/> it tells how long the next one will take.</param>
public sealed record DrillReport(
    DateTimeOffset At, string System, string BackupFile, DateTimeOffset BackupTakenAt, bool Passed, long RestoreMs, long TotalMs, long Bytes, SortedDictionary<string, long> Rows, IReadOnlyList<DrillStep> Steps, string? Notes)
{
    /// <summary>Those that the runbook names; the others stand in the JSON.</summary>
    private static readonly string[] Named = ["users", "jobs", "visits", "estimates", "invoices", "payments", "audit_log"];

    /// <summary>How many bytes of database a second a restore brings back here.</summary>
    [JsonIgnore]
    public double BytesPerSecond => Bytes / Math.Max(0.001, RestoreMs / 1000.0);

    /// <summary>The entry of the decision log, in the form of the runbook.</summary>
    public string Entry()
    {
        var named = Named.Where(Rows.ContainsKey).ToArray();
        return string.Create(CultureInfo.InvariantCulture, $"""
            ### DRILL-{At.UtcDateTime:yyyy-MM-dd}: Backup restore validation
            - Date: {At.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}
            - Backup file: {BackupFile}
            - Restore duration: {RestoreMs / 60000.0:0.0} minutes
            - Row counts: {string.Join(", ", (named.Length > 0 ? named : [.. Rows.Keys]).Select(table => $"{table}={Rows[table]}"))}
            - Health check: {Word(3)}
            - Login smoke test: {Word(4)}
            - Notes: {Notes ?? "none"}

            """);
    }

    /// <summary>Where the entries go: <c>DECISION_LOG</c>, otherwise beside the data.</summary>
    public static string LogOf(Settings settings, DataDirectory data) => settings["DECISION_LOG"] is { } file ? Path.GetFullPath(file) : Path.Combine(data.Path, "docs", "DECISION_LOG.md");

    /// <summary>All that there are in an installation, oldest first.</summary>
    public static IReadOnlyList<DrillReport> All(DataDirectory data) => !Directory.Exists(data.Drills) ? [] :
    [
        .. Directory.EnumerateFiles(data.Drills, "DRILL-*.json").Select(Read).OfType<DrillReport>().OrderBy(d => d.At),
    ];

    /// <summary>Keeps it beside the others, and adds its entry to the log.</summary>
    /// <exception cref="TroubleException">It cannot be written.</exception>
    public void Keep(DataDirectory data, string log)
    {
        PrivateDirectory.Ensure(data.Drills);
        AtomicFile.Write(Path.Combine(data.Drills, string.Create(CultureInfo.InvariantCulture, $"DRILL-{At.UtcDateTime:yyyyMMdd_HHmmss}_{System}.json")), JsonSerializer.Serialize(this, DrillJson.Default.DrillReport) + "\n");
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(log)!);
            var head = File.Exists(log) ? "" : "# Decision log\n";
            File.AppendAllText(log, $"{head}\n{Entry()}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Storage.Trouble(log, e);
        }
    }

    private string Word(int step) => Steps.FirstOrDefault(s => s.Number == step) is { } done ? (done.Ok ? "ok" : "FAILED") : Passed ? "not applicable" : "not reached";

    private static DrillReport? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(path), DrillJson.Default.DrillReport);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(DrillReport))]
internal sealed partial class DrillJson : JsonSerializerContext;
