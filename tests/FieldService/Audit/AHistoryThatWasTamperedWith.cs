using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.Platform.Postgres;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Audit;

/// <summary>Somebody with the rights of a superuser, who has switched the triggers off, is found out.</summary>
public sealed class AHistoryThatWasTamperedWith(PostgresServer postgres)
{
    private const string Third = "(select audit_id from audit_chain where seq = 3)";

    [Theory]
    [InlineData($"update audit_log set new_value = '{{\"title\":\"Other\"}}' where id = {Third}", 3)]
    [InlineData($"update audit_log set actor_id = null where id = {Third}", 3)]
    [InlineData($"update audit_log set created_at = created_at + interval '1 microsecond' where id = {Third}", 3)]
    [InlineData($"delete from audit_log where id = {Third}", 3)]
    [InlineData($"delete from audit_log where id = {Third}; delete from audit_chain where seq = 3", 3)]
    [InlineData($"delete from audit_log where id = {Third}; delete from audit_chain where seq = 3; update audit_chain set seq = seq + 100 where seq > 3; update audit_chain set seq = seq - 101 where seq > 3", 3)]
    [InlineData("update audit_chain set seq = 100 where seq = 3; update audit_chain set seq = 3 where seq = 4; update audit_chain set seq = 4 where seq = 100", 3)]
    [InlineData("insert into audit_log (account_id, entity_type, entity_id, action) select id, 'job', gen_random_uuid(), 'delete' from accounts", 7)]
    public async Task Is_wrong_from_the_first_row_on_that_does_not_fit(string tampering, long first)
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        await FillAsync(app);

        await app.SqlAsync($"set session_replication_role = replica; {tampering}; set session_replication_role = origin");

        var verdict = await VerdictAsync(app);
        Assert.Equal(first, verdict.Fault?.Seq);
        Assert.Equal(first, (long?)(await (await (await app.SignedInTamperedAsync()).ReadAsync("/api/v1/audit/verify")).DataAsync())["first_bad_seq"]);
    }

    [Fact]
    public async Task With_its_end_cut_off_is_known_by_the_head_that_was_written_down()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        await FillAsync(app);
        var kept = (await VerdictAsync(app)).Head!;

        await app.SqlAsync("""
            set session_replication_role = replica;
            delete from audit_log where id = (select audit_id from audit_chain where seq = 6);
            delete from audit_chain where seq = 6;
            set session_replication_role = origin
            """);

        Assert.Null((await VerdictAsync(app)).Fault);
        Assert.Equal(6, (await VerdictAsync(app, kept)).Fault!.Seq);
    }

    [Fact]
    public async Task That_was_made_anew_is_known_by_the_head_that_was_written_down()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        await FillAsync(app);
        var kept = (await VerdictAsync(app)).Head!;

        await app.SqlAsync("""
            set session_replication_role = replica;
            update audit_log set new_value = null where id = (select audit_id from audit_chain where seq = 6);
            update audit_chain c set hash = sha256((select p.hash from audit_chain p where p.seq = 5) || convert_to(audit_entry(a, 6)::text, 'UTF8')) from audit_log a where a.id = c.audit_id and c.seq = 6;
            set session_replication_role = origin
            """);

        Assert.Null((await VerdictAsync(app)).Fault);
        Assert.Equal(6, (await VerdictAsync(app, kept)).Fault!.Seq);
    }

    private static Task<ChainVerdict> VerdictAsync(FieldServiceUnderTest app, ChainHead? kept = null) =>
        AuditChain.VerifyAsync(new ReadDb(app.Database.OwnerSource, null), new AccountId(app.Company.Account), kept, FieldServiceUnderTest.Stop);

    private static async Task FillAsync(FieldServiceUnderTest app)
    {
        var owner = await app.SignedInAsync();
        for (var i = 0; i < 5; i++) await owner.PostAsync("/api/v1/clients", new { name = $"Client {i}" });
        Assert.Equal(6, (await VerdictAsync(app)).Rows);
    }
}

internal static class AfterTampering
{
    /// <summary>Signed in without a row of its own: what is to be looked at must not grow, and a broken chain may refuse to.</summary>
    public static async Task<HttpClient> SignedInTamperedAsync(this FieldServiceUnderTest app)
    {
        await app.SqlAsync("alter table audit_log disable trigger audit_log_chains");
        var client = await app.SignedInAsync();
        await app.SqlAsync("set session_replication_role = replica; delete from audit_log where entity_type = 'session' and id not in (select audit_id from audit_chain); set session_replication_role = origin");
        return client;
    }
}
