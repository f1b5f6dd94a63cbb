using System.Net;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Jobs;
using Outpost.Kernel;
using Outpost.Platform.Postgres;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Jobs;

public sealed class MovingAJob(PostgresServer postgres)
{
    [Fact]
    public async Task Every_status_answers_every_move_as_the_table_says()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (client, office) = (await app.ClientAsync(), await app.SignedInAsync(app.Company.Admin));

        foreach (var from in Enum.GetValues<JobStatus>())
        {
            foreach (var to in Enum.GetValues<JobStatus>())
            {
                var id = await app.JobAsync(Words<JobStatus>.Of(from), client);
                await app.InvoiceAsync(client, id, "sent");

                var answer = await office.PostAsync($"/api/v1/jobs/{id}/transition", new { status = Words<JobStatus>.Of(to) });

                if (from == to || Job.Moves[from].Contains(to)) Assert.Equal(Words<JobStatus>.Of(to), (string?)(await answer.DataAsync())["status"]);
                else await answer.RefusedAsync(HttpStatusCode.Conflict, "INVALID_TRANSITION");

                var moved = from != to && Job.Moves[from].Contains(to);
                Assert.Equal(Words<JobStatus>.Of(moved ? to : from), await app.StatusAsync("jobs", id));
                Assert.Equal(moved ? $"{Words<JobStatus>.Of(from)}>{Words<JobStatus>.Of(to)}" : "", await app.HistoryAsync(id));
            }
        }
    }

    [Fact]
    public async Task The_database_itself_refuses_what_the_table_does_not_list()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var id = await app.JobAsync("completed");

        var refusal = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => app.SqlAsync("update jobs set status = 'draft' where id = $1", id));

        Assert.Equal("only_listed_moves", refusal.ConstraintName);
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("draft", false)]
    [InlineData("void", false)]
    [InlineData("sent", true)]
    [InlineData("overdue", true)]
    public async Task A_job_is_invoiced_only_with_an_invoice_the_client_has(string? invoice, bool moves)
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (client, office) = (await app.ClientAsync(), await app.SignedInAsync());
        var id = await app.JobAsync("completed", client);
        await app.InvoiceAsync(client, null, "sent");
        if (invoice is not null) await app.InvoiceAsync(client, id, invoice);

        var answer = await office.PostAsync($"/api/v1/jobs/{id}/transition", new { status = "invoiced" });

        if (moves) await answer.DataAsync();
        else await answer.RefusedAsync(HttpStatusCode.UnprocessableEntity, "PRECONDITION_FAILED");
        Assert.Equal(moves ? "invoiced" : "completed", await app.StatusAsync("jobs", id));
    }

    [Fact]
    public async Task A_status_that_is_none_is_refused()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (id, office) = (await app.JobAsync(), await app.SignedInAsync());

        foreach (var body in new[]
        {
            """{}""",
            """{"status":null}""",
            """{"status":"done"}""",
            """{"status":"Scheduled"}""",
            """{"status":1}""",
            """["scheduled"]""",
        })
        {
            var answer = await office.PostAsync($"/api/v1/jobs/{id}/transition", new StringContent(body, System.Text.Encoding.UTF8, "application/json"), FieldServiceUnderTest.Stop);
            Assert.Equal((body, HttpStatusCode.BadRequest), (body, answer.StatusCode));
        }

        Assert.Equal("draft", await app.StatusAsync("jobs", id));
    }

    [Fact]
    public async Task Of_two_moves_at_once_the_second_starts_where_the_first_ended()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (id, office) = (await app.JobAsync("in_progress"), await app.SignedInAsync());

        var answers = await app.AtOnceAsync("jobs", id,
            () => office.PostAsync($"/api/v1/jobs/{id}/transition", new { status = "completed" }),
            () => office.PostAsync($"/api/v1/jobs/{id}/transition", new { status = "cancelled" }));

        Assert.Single(answers, answer => answer.StatusCode is HttpStatusCode.OK);
        await Assert.Single(answers, answer => answer.StatusCode is not HttpStatusCode.OK).RefusedAsync(HttpStatusCode.Conflict, "INVALID_TRANSITION");
        Assert.Equal($"in_progress>{await app.StatusAsync("jobs", id)}", await app.HistoryAsync(id));
    }

    [Fact]
    public async Task A_job_follows_its_estimate_and_its_invoice_from_one_status_only()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var client = await app.ClientAsync();
        var user = new CurrentUser(new(app.Company.Account), new(app.Company.Admin.Id), UserRole.Admin, app.Company.Admin.Email, "", "", "UTC", "USD", SessionId.New());

        foreach (var status in Enum.GetValues<JobStatus>())
        {
            var (estimated, billed) = (await app.JobAsync(Words<JobStatus>.Of(status), client), await app.JobAsync(Words<JobStatus>.Of(status), client));
            await using var db = new Db(app.Database.AppSource, user.Tenant);
            await JobFollows.EstimateSentAsync(db, user, new(estimated), FieldServiceUnderTest.Stop);
            await JobFollows.InvoiceIssuedAsync(db, user, new(billed), FieldServiceUnderTest.Stop);
            await db.CommitAsync(FieldServiceUnderTest.Stop);

            Assert.Equal(status is JobStatus.Draft ? "draft>quoted" : "", await app.HistoryAsync(estimated));
            Assert.Equal(Words<JobStatus>.Of(status is JobStatus.Draft ? JobStatus.Quoted : status), await app.StatusAsync("jobs", estimated));
            Assert.Equal(status is JobStatus.Completed ? "completed>invoiced" : "", await app.HistoryAsync(billed));
            Assert.Equal(Words<JobStatus>.Of(status is JobStatus.Completed ? JobStatus.Invoiced : status), await app.StatusAsync("jobs", billed));
        }
    }
}
