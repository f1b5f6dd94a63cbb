using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Npgsql;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.Platform.Postgres;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Audit;

public sealed class AHistoryThatHolds(PostgresServer postgres)
{
    private static CancellationToken Stop => FieldServiceUnderTest.Stop;

    [Fact]
    public async Task Has_every_row_once_and_without_gaps_whoever_writes_at_once()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var owner = await app.SignedInAsync();
        var client = await app.ClientAsync();
        await app.PropertyAsync(client);
        var others = await Task.WhenAll(Enumerable.Range(0, 10).Select(async _ => await app.ClientAsync()));

        // One row each, several rows in one transaction, and refusals between them.
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => (i % 3) switch
        {
            0 => owner.PostAsync("/api/v1/jobs", new { client_id = client, title = $"Job {i}" }),
            1 => owner.DeleteAsync($"/api/v1/clients/{others[i / 3]}", Stop),
            _ => owner.PostAsync("/api/v1/jobs", new { client_id = Guid.CreateVersion7(), title = "Nobody's" }),
        }));

        Assert.Equal(10, answers.Count(a => a.StatusCode is HttpStatusCode.Created));
        Assert.Equal(10, answers.Count(a => a.StatusCode is HttpStatusCode.NoContent));
        var rows = (long)(await app.ValueAsync("select count(*) from audit_log"))!;
        Assert.Equal(21, rows);
        Assert.Equal(Enumerable.Range(1, 21).Select(i => (long)i), (long[])(await app.ValueAsync("select array_agg(seq order by seq) from audit_chain where account_id = $1", app.Company.Account))!);
        await SeeThatItHoldsAsync(app, rows);
    }

    [Fact]
    public async Task Is_one_of_each_company()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var south = await app.CompanyAsync("south");
        await app.SignedInAsync(south.Owner);
        var owner = await app.SignedInAsync();

        var answer = await (await owner.ReadAsync("/api/v1/audit/verify")).DataAsync();

        Assert.Equal((true, 1L), ((bool)answer["holds"]!, (long)answer["rows"]!));
        Assert.Equal(["north", "south"], (await AuditVerification.RunAsync(app.Database.OwnerSource, null, null, Stop)).Select(found => found.Account));
        Assert.All(await AuditVerification.RunAsync(app.Database.OwnerSource, null, null, Stop), found => Assert.Equal((1L, (ChainFault?)null), (found.Verdict.Rows, found.Verdict.Fault)));
    }

    [Theory]
    [InlineData("update audit_log set action = 'delete'")]
    [InlineData("delete from audit_log")]
    [InlineData("truncate audit_log")]
    [InlineData("update audit_chain set seq = seq + 10")]
    [InlineData("delete from audit_chain")]
    [InlineData("truncate audit_chain")]
    public async Task Is_only_added_to_even_by_the_owner_of_the_database(string sql)
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        await app.SignedInAsync();

        foreach (var (source, state) in new[] { (app.Database.OwnerSource, "P0001"), (app.Database.AppSource, PostgresErrorCodes.InsufficientPrivilege) })
        {
            await using var command = source.CreateCommand(sql);
            var refused = await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync(Stop));
            Assert.Equal(state, refused.SqlState);
        }

        await SeeThatItHoldsAsync(app, 1);
    }

    [Fact]
    public async Task Is_given_to_what_was_written_before_there_was_a_chain()
    {
        var all = Platform.Migrations.MigrationSet.From(typeof(FieldServiceApp).Assembly);
        var before40 = Platform.Migrations.MigrationSet.Of(all.Migrations.Where(m => m.Version < 40).Select(m => (m.File, m.Text)));
        await using var database = await postgres.DatabaseAsync(before40, Stop);
        await using (var before = database.Superuser.CreateCommand("""
            insert into accounts (id, name) values ('00000000-0000-0000-0000-00000000000a', 'a'), ('00000000-0000-0000-0000-00000000000b', 'b');
            insert into audit_log (account_id, entity_type, entity_id, action, new_value)
            select case when n % 2 = 0 then '00000000-0000-0000-0000-00000000000a' else '00000000-0000-0000-0000-00000000000b' end::uuid, 'job', gen_random_uuid(), 'insert', '{"title":"Zoë \" \\ \u0001","n":1.50}'
            from generate_series(1, 7) n;
            """))
        {
            await before.ExecuteNonQueryAsync(Stop);
        }

        await new Platform.Migrations.Migrator(database.OwnerSource, all).UpAsync(Stop);

        Assert.Equal([("a", 3L, null), ("b", 4L, null)], (await AuditVerification.RunAsync(database.OwnerSource, null, null, Stop)).Select(f => (f.Account, f.Verdict.Rows, f.Verdict.Fault)));
    }

    [Fact]
    public async Task Can_be_checked_as_a_file_without_the_database()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var owner = await app.SignedInAsync();
        var client = (Guid)(await (await owner.PostAsync("/api/v1/clients", new { name = "Zoë \"Quote\" \\ \u2028 😀" })).DataAsync(HttpStatusCode.Created))["id"]!;
        await owner.PatchAsync($"/api/v1/clients/{client}", new { notes = "two\nlines" });

        var answer = await owner.ReadAsync("/api/v1/audit/export");
        var file = await answer.Content.ReadAsStringAsync(Stop);
        var head = (await VerifiedAsync(file)).Head!;

        Assert.Equal("application/x-ndjson", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal((3L, (ChainFault?)null), ((await VerifiedAsync(file, head)).Rows, (await VerifiedAsync(file, head)).Fault));
        Assert.Equal((string?)(await (await owner.ReadAsync("/api/v1/audit/verify")).DataAsync())["head"], head.ToString());
        var lines = file.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, (await VerifiedAsync(file.Replace("two\\nlines", "one line", StringComparison.Ordinal)) is var edited ? edited.Rows : 0));
        Assert.Equal(3, edited.Fault!.Seq);
        Assert.Equal(2, (await VerifiedAsync($"{lines[0]}\n{lines[2]}\n")).Fault!.Seq);
        Assert.Equal(1, (await VerifiedAsync($"{lines[1]}\n{lines[0]}\n{lines[2]}\n")).Fault!.Seq);
        Assert.Equal(2, (await VerifiedAsync($"{lines[0]}\nthis is no JSON\n")).Fault!.Seq);
        Assert.Null((await VerifiedAsync($"{lines[0]}\n{lines[1]}\n")).Fault);
        Assert.Equal(3, (await VerifiedAsync($"{lines[0]}\n{lines[1]}\n", head)).Fault!.Seq);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("0:0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("-1:0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("1:xyz")]
    public async Task Refuses_a_head_that_is_none(string head)
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var owner = await app.SignedInAsync();

        await (await owner.ReadAsync($"/api/v1/audit/verify?head={head}")).RefusedAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");
    }

    private static async Task<ChainVerdict> VerifiedAsync(string file, ChainHead? head = null) => await AuditFile.VerifyAsync(new MemoryStream(Encoding.UTF8.GetBytes(file)), head, Stop);

    private static async Task SeeThatItHoldsAsync(FieldServiceUnderTest app, long rows)
    {
        var verdict = await AuditChain.VerifyAsync(new ReadDb(app.Database.OwnerSource, null), new AccountId(app.Company.Account), null, Stop);
        Assert.Null(verdict.Fault);
        Assert.Equal(rows, verdict.Rows);
    }
}
