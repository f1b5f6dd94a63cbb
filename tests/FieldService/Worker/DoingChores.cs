using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Outpost.FieldService.Worker;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Worker;

public sealed class DoingChores(PostgresServer postgres)
{
    [Fact]
    public async Task Of_two_workers_one_does_a_chore_and_one_companys_trouble_is_nobody_elses()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var south = await app.CompanyAsync("south");
        var done = new System.Collections.Concurrent.ConcurrentBag<string>();
        Task<int> Count(AccountAtWork account, CancellationToken ct)
        {
            done.Add(account.Caller.AccountName);
            return account.Caller.AccountName == "south" ? throw new InvalidOperationException("The ledger is on fire.") : Task.FromResult(1);
        }

        var chores = new[] { new RegularChore("count", TimeSpan.FromHours(1), Count) };
        await using var source = NpgsqlDataSource.Create(app.Database.AppSource.ConnectionString);
        var workers = Enumerable.Range(0, 4).Select(_ => new DoChores(source, new Companies(source, app.Clock), chores, app.Clock, NullLogger<DoChores>.Instance)).ToArray();

        await Task.WhenAll(workers.Select(worker => worker.DoAsync(2, FieldServiceUnderTest.Stop)));
        Assert.Equal(["north", "south"], done.Order(StringComparer.Ordinal));
        Assert.Equal("1|The ledger is on fire.", await app.ValueAsync("select concat_ws('|', failures, last_error) from chores where account_id = $1", south.Account));

        // The one who failed comes again after a minute, then after two; the other after its hour, once, however long nobody was there.
        app.Clock.Advance(TimeSpan.FromMinutes(1));
        await workers[0].DoAsync(2, FieldServiceUnderTest.Stop);
        app.Clock.Advance(TimeSpan.FromMinutes(1));
        await workers[0].DoAsync(2, FieldServiceUnderTest.Stop);
        app.Clock.Advance(TimeSpan.FromDays(3));
        await workers[1].DoAsync(2, FieldServiceUnderTest.Stop);
        Assert.Equal(["north", "north", "south", "south", "south"], done.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Old_keys_sessions_and_texts_are_forgotten_and_young_ones_are_not()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        await using var worker = AtWork.On(app, new Letterbox());
        var (account, owner, client) = (app.Company.Account, app.Company.Owner.Id, await app.ReachableAsync());
        foreach (var days in new[] { 1, 31, 181 })
        {
            var at = FieldServiceUnderTest.Start.AddDays(-days).UtcDateTime;
            await app.SqlAsync("insert into idempotency_keys (account_id, user_id, key, request_hash, created_at) values ($1, $2, $3, '', $4)", account, owner, $"{days}", at);
            await app.SqlAsync("insert into sessions (account_id, id, user_id, expires_at) values ($1, gen_random_uuid(), $2, $3)", account, owner, at);
            await app.SqlAsync("""
                insert into messages (account_id, id, rule, subject_type, subject_id, occurrence, channel, client_id, status, body_text, next_attempt_at, expires_at, sent_at, updated_at)
                values ($1, gen_random_uuid(), 'visit_reminder', 'visit', gen_random_uuid(), '', 'email', $2, 'sent', 'Hello', $3, $3, $3, $3)
                """, account, client, at);
        }

        await worker.PollAsync();

        Assert.Equal("1|1|2", await app.ValueAsync("""
            select concat_ws('|', (select count(*) from idempotency_keys), (select count(*) from sessions), (select count(*) from messages where body_text is not null))
            """));
        Assert.Equal(1L, await app.ValueAsync("select count(*) from worker_heartbeats where polled_at = $1", app.Clock.GetUtcNow().UtcDateTime));
    }
}
