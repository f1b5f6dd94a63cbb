using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Http;

namespace Outpost.FieldService.Imports;

internal enum RowOutcome { Created, Updated, Added, Unchanged, Duplicate, Faulty }

/// <summary>What is to be done with a file.</summary>
public sealed record ImportOptions
{
    /// <summary>Says what would be done, and does nothing.</summary>
    [FromQuery(Name = "dry_run")]
    public bool? DryRun { get; init; }

    /// <summary><c>stop</c>: one faulty row keeps all out. <c>skip</c>: the others are taken in.</summary>
    public string? Faulty { get; init; }

    /// <exception cref="RuleException">VALIDATION_ERROR</exception>
    internal bool SkipsFaulty => Faulty switch { null or "" or "stop" => false, "skip" => true, _ => throw ListParameters.NoneOf("faulty", ["stop", "skip"]) };
}

/// <param name="Row">The line of the file at which the row ends.</param>
/// <param name="Id">What was made or found; null when nothing was.</param>
/// <param name="Problems">Why nothing was.</param>
internal sealed record RowReport(long Row, RowOutcome Outcome, Guid? Id, IReadOnlyList<string> Problems)
{
    public static RowReport Of(SheetRow row, RowOutcome outcome, Guid? id = null) => new(row.Line, outcome, id, []);

    public static RowReport Faulty(SheetRow row, params IEnumerable<string> problems) => new(row.Line, RowOutcome.Faulty, null, [.. problems]);
}

/// <summary>What became of each row.</summary>
/// <param name="Saved">False when it was only tried.</param>
/// <param name="Ignored">Headings that were not understood.</param>
internal sealed record ImportReport(bool Saved, int Rows, int Created, int Updated, int Added, int Unchanged, int Duplicates, int Faulty, IReadOnlyList<string> Ignored, IReadOnlyList<RowReport> Results)
{
    public static ImportReport Of(IReadOnlyList<RowReport> results, IReadOnlyList<string> ignored, bool saved)
    {
        var counts = results.CountBy(r => r.Outcome).ToDictionary();
        return new(saved, results.Count, Count(RowOutcome.Created), Count(RowOutcome.Updated), Count(RowOutcome.Added), Count(RowOutcome.Unchanged), Count(RowOutcome.Duplicate),
            Count(RowOutcome.Faulty), ignored, results);

        int Count(RowOutcome outcome) => counts.GetValueOrDefault(outcome);
    }

    /// <summary>Whether anything is to be kept, by what was asked for.</summary>
    /// <exception cref="RuleException">PRECONDITION_FAILED: rows are faulty, and it was not said that the others are to be taken in.</exception>
    public static bool IsToBeKept(IReadOnlyList<RowReport> results, IReadOnlyList<string> ignored, ImportOptions options)
    {
        if (options.DryRun is true) return false;
        var faulty = results.Count(r => r.Outcome is RowOutcome.Faulty);
        if (faulty == 0 || options.SkipsFaulty) return true;

        throw new RuleException("PRECONDITION_FAILED", string.Create(CultureInfo.InvariantCulture,
            $"{faulty} of {results.Count} rows cannot be taken in, so none was. Correct them, or send faulty=skip to take in the others."))
        {
            Details = Of([.. results.Where(r => r.Outcome is RowOutcome.Faulty)], ignored, saved: false),
        };
    }

    /// <summary>Reads one row by the rules of a request, or says what is wrong with it.</summary>
    public static async Task<(T? Read, IReadOnlyList<string> Problems)> ReadAsync<T>(Form<T> form, System.Text.Json.Nodes.JsonObject fields, CancellationToken ct) where T : class
    {
        try
        {
            return (await form.ReadAsync(fields, ct), []);
        }
        catch (InvalidRequestException broken)
        {
            return (null, [.. broken.Errors.SelectMany(e => e.Value, (e, message) => $"{JsonNamingPolicy.SnakeCaseLower.ConvertName(e.Key)}: {message}")]);
        }
        catch (BadHttpRequestException malformed) when (malformed.InnerException is JsonException { Path: { } path })
        {
            return (null, [$"{path.TrimStart('$', '.')}: cannot be read."]);
        }
    }
}
