using Npgsql;
using Outpost.Assistant.Budgets;
using Outpost.Assistant.Catalogue;
using Outpost.Platform.Postgres;
using Outpost.Testing;
using static Outpost.Assistant.Tests.Budgets.LedgerUnderTest;
using static Outpost.Assistant.Tests.Budgets.TakingAHold;

namespace Outpost.Assistant.Tests.Budgets;

public sealed class LeasingABudget(PostgresServer postgres)
{
    private static readonly Limits Wide = new() { PerRequest = Dollars(1), PerHour = Dollars(1_000), PerDay = Dollars(1_000) };

    [Fact]
    public async Task Who_asks_often_waits_for_no_database_and_all_of_it_is_counted_before_it_is_used()
    {
        await using var test = await StartAsync(postgres, Wide, leases: true);
        var key = Guid.CreateVersion7();
        await LeasedAsync(test, key);
        var (held, rows) = (await HeldAsync(test), await test.ValueAsync<long>("select count(*) from holds where leased is null"));

        Task<HoldAnswer> asking;
        await using (await BlockedAsync(test))
        {
            var answer = await test.Ledger.HoldAsync(LedgerUnderTest.Asking(0.1m, key), Stop);
            Assert.Null(answer.Refused);
            Assert.False(answer.Kept.IsCompleted);
            // Whom no lease is for has to wait.
            asking = test.Ledger.HoldAsync(LedgerUnderTest.Asking(0.1m), Stop);
            Assert.False(asking.IsCompleted);
        }

        Assert.Null((await asking).Refused);
        Assert.True(held >= await SumAsync(test, "leased is null") - Dollars(0.1m).NanoDollars, "the lease had no room for what was taken out of it");
        Assert.Equal(rows + 2, await test.ValueAsync<long>("select count(*) from holds where leased is null"));
        await test.AuditAsync(Wide);
    }

    [Fact]
    public async Task It_is_given_back_when_nobody_uses_it_and_when_the_process_ends()
    {
        await using var test = await StartAsync(postgres, Wide, leases: true);
        var key = Guid.CreateVersion7();

        var first = await LeasedAsync(test, key);
        foreach (var hold in first) test.Ledger.Settle(Costing(hold, 0.01m));
        test.Clock.Pass(LeaseBook.Idle * 2);
        await test.WithoutLeasesAsync();
        Assert.Equal(0, await HeldAsync(test));

        var second = await LeasedAsync(test, key);
        foreach (var hold in second) test.Ledger.Settle(Costing(hold, 0.01m));
        await test.Ledger.StopAsync(Stop);

        Assert.Equal(0, await HeldAsync(test));
        Assert.Equal(0, await test.ValueAsync<long>("select count(*) from holds where flagged is not null"));
        Assert.Equal((first.Count + second.Count) * Dollars(0.01m).NanoDollars, await test.ValueAsync<long>("select hour_settled from budgets where scope = $1", key));
        await test.AuditAsync(Wide);
    }

    [Fact]
    public async Task Somebody_who_would_be_refused_for_its_sake_gets_it()
    {
        var limits = new Limits { PerHour = Dollars(10) };
        await using var test = await StartAsync(postgres, limits, leases: true);
        var holds = await LeasedAsync(test, Guid.CreateVersion7());

        var rest = Dollars(10) - new Spend(await SumAsync(test, "leased is null"));
        Assert.True(await SumAsync(test, "leased is not null") > 0);
        Assert.Null((await test.Ledger.HoldAsync(LedgerUnderTest.Asking(rest.Dollars), Stop)).Refused);

        Assert.Equal(Dollars(10).NanoDollars, await HeldAsync(test));
        Assert.NotEmpty(holds);
        await test.AuditAsync(limits);
    }

    [Fact]
    public async Task A_lease_is_no_more_than_a_part_of_the_room_and_of_the_keys_own()
    {
        var limits = new Limits { PerHour = Dollars(100) };
        await using var test = await StartAsync(postgres, limits, leases: true);
        var poor = Guid.CreateVersion7();
        await new ReadDb(test.Database.AppSource, null).ValueAsync<object>(LedgerSql.Limit(poor, new() { PerHour = Dollars(4) }), Stop);

        await LeasedAsync(test, poor);

        Assert.InRange(await SumAsync(test, "leased is not null"), 1, Dollars(4).NanoDollars / LeaseBook.Share);
    }

    [Fact]
    public async Task A_limit_that_becomes_stricter_ends_it_within_seconds()
    {
        await using var test = await StartAsync(postgres, Wide, leases: true);
        var key = Guid.CreateVersion7();
        await LeasedAsync(test, key);

        await new ReadDb(test.Database.AppSource, null).ValueAsync<object>(LedgerSql.Limit(key, new() { PerRequest = Dollars(0.05m) }), Stop);
        Assert.Null((await test.Ledger.HoldAsync(LedgerUnderTest.Asking(0.1m, key), Stop)).Refused);
        test.Clock.Pass(LeaseBook.Idle * 2);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        while (true)
        {
            var answer = await test.Ledger.HoldAsync(LedgerUnderTest.Asking(0.1m, key), patience.Token);
            if (answer.Refused is { Window: BudgetWindow.Request, OfKey: true }) break;

            await answer.Kept.WaitAsync(patience.Token);
        }
    }

    [Fact]
    public async Task What_a_process_that_is_gone_had_leased_counts_until_somebody_says_what_it_spent()
    {
        await using var test = await StartAsync(postgres, Wide, leases: true);
        var key = Guid.CreateVersion7();
        await LeasedAsync(test, key);
        var leased = await SumAsync(test, "leased is not null");
        Assert.True(leased > 0);

        test.Clock.Advance(LeaseBook.Lifetime);
        await test.Sweep().RunAsync(Stop);

        Assert.Equal("expired", await test.ValueAsync<string>("select flagged from holds where leased is not null"));
        Assert.Equal(leased, await test.ValueAsync<long>("select settled from holds where leased is not null"));
        await test.AuditAsync(Wide);
        var id = await test.ValueAsync<Guid>("select id from holds where leased is not null");
        Assert.True(await new ReadDb(test.Database.AppSource, null).ValueAsync<bool>(LedgerSql.Resolve(test.Clock.GetUtcNow(), id, Dollars(0.01m)), Stop));
        await test.AuditAsync(Wide);
    }

    [Fact]
    public async Task Requests_that_come_after_their_lease_has_expired_take_the_place_of_its_estimate()
    {
        await using var test = await StartAsync(postgres, Wide, leases: true);
        var key = Guid.CreateVersion7();
        await LeasedAsync(test, key);
        var lease = await test.ValueAsync<Guid>("select id from holds where leased is not null");
        test.Clock.Advance(LeaseBook.Lifetime);
        await test.Sweep().RunAsync(Stop);
        var settled = await SettledAsync(test);

        var late = LedgerUnderTest.Asking(0.1m, key);
        var db = new ReadDb(test.Database.AppSource, null);
        for (var i = 0; i < 2; i++) await db.ValueAsync<object>(LedgerSql.Draw(test.Clock.GetUtcNow(), Wide, [new(late, lease, test.Clock.GetUtcNow())]), Stop);

        Assert.Equal(Dollars(0.1m).NanoDollars, await HeldAsync(test));
        Assert.Equal(settled - Dollars(0.1m).NanoDollars, await SettledAsync(test));
        await test.AuditAsync(Wide);
        await test.SettleAsync(Costing(late.Id, 0.02m));
        Assert.Equal(settled - Dollars(0.08m).NanoDollars, await SettledAsync(test));
        await test.AuditAsync(Wide);
    }

    [Fact]
    public async Task What_the_database_forgot_in_a_crash_is_not_given_back_with_the_lease()
    {
        await using var test = await StartAsync(postgres, Wide, leases: true);
        var key = Guid.CreateVersion7();
        await LeasedAsync(test, key);
        var drawn = LedgerUnderTest.Asking(0.1m, key);
        await (await test.Ledger.HoldAsync(drawn, Stop)).Kept;
        // As if the commit that wrote it down had not reached the disk before the power went.
        await using (var command = test.Database.Superuser.CreateCommand($"with gone as (delete from holds where id = '{drawn.Id}') update holds set bound = bound + 100000000 where leased is not null")) await command.ExecuteNonQueryAsync(Stop);

        await test.Ledger.StopAsync(Stop);

        Assert.Equal(("expired", Dollars(0.1m).NanoDollars), (await test.ValueAsync<string>("select flagged from holds where leased is not null"), await test.ValueAsync<long>("select settled from holds where leased is not null")));
        await test.AuditAsync(Wide);
    }

    /// <summary>Takes holds of a dime until they come out of a lease.</summary>
    private static async Task<List<Guid>> LeasedAsync(LedgerUnderTest test, Guid key)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        var holds = new List<Guid>();
        while (true)
        {
            var asking = LedgerUnderTest.Asking(0.1m, key);
            var answer = await test.Ledger.HoldAsync(asking, patience.Token);
            Assert.Null(answer.Refused);
            await answer.Kept.WaitAsync(patience.Token);
            holds.Add(asking.Id);
            if (await SumAsync(test, "leased is not null") > Dollars(0.2m).NanoDollars) return holds;
        }
    }

    private static async Task<IAsyncDisposable> BlockedAsync(LedgerUnderTest test)
    {
        var connection = await test.Database.Superuser.OpenConnectionAsync(Stop);
        await using var command = new NpgsqlCommand("begin; select from budgets for update", connection);
        await command.ExecuteNonQueryAsync(Stop);
        return new Blocker(connection);
    }

    private static async Task<long> HeldAsync(LedgerUnderTest test) => await test.ValueAsync<long>("select held from budgets where scope = $1", Guid.Empty);

    private static async Task<long> SettledAsync(LedgerUnderTest test) => await test.ValueAsync<long>("select day_settled from budgets where scope = $1", Guid.Empty);

    private static async Task<long> SumAsync(LedgerUnderTest test, string which) => await test.ValueAsync<long>($"select coalesce(sum(bound), 0)::bigint from holds where state = 'held' and {which}");

    private sealed class Blocker(NpgsqlConnection connection) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await using (var command = new NpgsqlCommand("rollback", connection)) await command.ExecuteNonQueryAsync(Stop);
            await connection.DisposeAsync();
        }
    }
}
