using System.Runtime.CompilerServices;
using System.Text;
using Outpost.FieldService.Jobs;
using Outpost.FieldService.Visits;
using Outpost.Kernel;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Jobs;

/// <summary>
/// The tables in the code, the table in the database and the drawings in docs/states say the same. The drawings are written again with
/// <c>OUTPOST_WRITE_DOCS=1</c>.
/// </summary>
public sealed class StateDiagrams(PostgresServer postgres)
{
    [Fact]
    public async Task The_database_holds_the_moves_of_the_code()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);

        Assert.Equal(Listed(Job.Moves), await InDatabaseAsync(app, "jobs"));
        Assert.Equal(Listed(Visit.Moves), await InDatabaseAsync(app, "visits"));
    }

    [Fact]
    public void The_drawing_of_a_job_is_up_to_date() => SeeThat("job.md", Drawn("Job", JobStatus.Draft, Job.Moves, """
        The office moves a job by hand. By itself it follows its estimate (sent: `draft` becomes `quoted`), its visits (the first one begun: `scheduled`
        becomes `in_progress`; the last one completed: `completed`) and its invoice (issued: `completed` becomes `invoiced`).
        """));

    [Fact]
    public void The_drawing_of_a_visit_is_up_to_date() => SeeThat("visit.md", Drawn("Visit", VisitStatus.Scheduled, Visit.Moves, """
        Who arrives begins to work: asking for `arrived` goes on to `in_progress` at once. Nobody arrives who is not assigned.
        """));

    [Fact]
    public void A_drawing_that_is_not_what_the_table_says_is_noticed()
    {
        var drawn = Drawn("Job", JobStatus.Draft, Job.Moves, "");

        Assert.Contains("    completed --> invoiced\n", drawn, StringComparison.Ordinal);
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Assert.Equal(drawn, drawn.Replace("completed --> invoiced", "completed --> draft", StringComparison.Ordinal)));
    }

    private static async Task<string> InDatabaseAsync(FieldServiceUnderTest app, string machine) => (string)(await app.ValueAsync("""
        select string_agg(from_status || '>' || to_status, ' ' order by from_status collate "C", to_status collate "C") from state_moves where machine = $1
        """, machine))!;

    private static string Listed<T>(IReadOnlyDictionary<T, T[]> moves) where T : struct, Enum => string.Join(' ', moves
        .SelectMany(from => from.Value, (from, to) => (From: Words<T>.Of(from.Key), To: Words<T>.Of(to)))
        .OrderBy(move => move.From, StringComparer.Ordinal).ThenBy(move => move.To, StringComparer.Ordinal)
        .Select(move => $"{move.From}>{move.To}"));

    private static string Drawn<T>(string thing, T first, IReadOnlyDictionary<T, T[]> moves, string says) where T : struct, Enum
    {
        var text = new StringBuilder($"# {thing}: states\n\nWritten from the table `{thing}.Moves`. Rewrite it with `OUTPOST_WRITE_DOCS=1` and the tests of the field service.\n\n");
        if (says.Length > 0) text.Append(says.Trim()).Append("\n\n");
        text.Append("```mermaid\nstateDiagram-v2\n").Append($"    [*] --> {Words<T>.Of(first)}\n");
        foreach (var from in Enum.GetValues<T>())
        {
            foreach (var to in moves[from]) text.Append($"    {Words<T>.Of(from)} --> {Words<T>.Of(to)}\n");
            if (moves[from] is []) text.Append($"    {Words<T>.Of(from)} --> [*]\n");
        }

        return text.Append("```\n").ToString();
    }

    private static void SeeThat(string file, string drawn)
    {
        var path = Path.Combine(Root(), "docs", "states", file);
        if (Environment.GetEnvironmentVariable("OUTPOST_WRITE_DOCS") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, drawn);
        }

        Assert.Equal(drawn, File.Exists(path) ? File.ReadAllText(path) : "");
    }

    private static string Root([CallerFilePath] string here = "")
    {
        var folder = new DirectoryInfo(Path.GetDirectoryName(here)!);
        while (!File.Exists(Path.Combine(folder.FullName, "Outpost.slnx"))) folder = folder.Parent!;
        return folder.FullName;
    }
}
