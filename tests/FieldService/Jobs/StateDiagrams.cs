using Outpost.FieldService.Jobs;
using Outpost.FieldService.Visits;
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

        Assert.Equal(StateDrawing.Listed(Job.Moves), await StateDrawing.InDatabaseAsync(app, "jobs"));
        Assert.Equal(StateDrawing.Listed(Visit.Moves), await StateDrawing.InDatabaseAsync(app, "visits"));
    }

    [Fact]
    public void The_drawing_of_a_job_is_up_to_date() => StateDrawing.SeeThatItIsKept("job.md", StateDrawing.Drawn("Job", JobStatus.Draft, Job.Moves, """
        The office moves a job by hand. By itself it follows its estimate (sent: `draft` becomes `quoted`), its visits (the first one begun: `scheduled`
        becomes `in_progress`; the last one completed: `completed`) and its invoice (issued: `completed` becomes `invoiced`).
        """));

    [Fact]
    public void The_drawing_of_a_visit_is_up_to_date() => StateDrawing.SeeThatItIsKept("visit.md", StateDrawing.Drawn("Visit", VisitStatus.Scheduled, Visit.Moves, """
        Who arrives begins to work: asking for `arrived` goes on to `in_progress` at once. Nobody arrives who is not assigned.
        """));

    [Fact]
    public void A_drawing_that_is_not_what_the_table_says_is_noticed()
    {
        var drawn = StateDrawing.Drawn("Job", JobStatus.Draft, Job.Moves, "");

        Assert.Contains("    completed --> invoiced\n", drawn, StringComparison.Ordinal);
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Assert.Equal(drawn, drawn.Replace("completed --> invoiced", "completed --> draft", StringComparison.Ordinal)));
    }
}
