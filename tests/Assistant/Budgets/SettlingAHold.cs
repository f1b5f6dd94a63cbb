using Outpost.Assistant.Budgets;
using Outpost.Assistant.Catalogue;
using Outpost.Testing;
using static Outpost.Assistant.Tests.Budgets.TakingAHold;

namespace Outpost.Assistant.Tests.Budgets;

public sealed class SettlingAHold(PostgresServer postgres)
{
    private static readonly Limits Wide = new() { PerRequest = Dollars(10), PerHour = Dollars(100), PerDay = Dollars(100) };

    [Fact]
    public async Task The_real_cost_takes_the_place_of_the_bound_once()
    {
        await using var test = await LedgerUnderTest.StartAsync(postgres, Wide);
        var hold = await test.HeldAsync(3);

        await test.SettleAsync(LedgerUnderTest.Costing(hold.Id, 1.25m));
        await test.SettleAsync(LedgerUnderTest.Costing(hold.Id, 1.25m));
        await test.SettleAsync(new(hold.Id, []));

        Assert.Equal("settled", await test.ValueAsync<string>("select state from holds where id = $1", hold.Id));
        Assert.Equal((0L, 1_250_000_000L), (await test.ValueAsync<long>("select held from budgets"), await test.ValueAsync<long>("select hour_settled from budgets")));
        Assert.Equal(1, await test.ValueAsync<long>("select count(*) from charges"));
        await test.AuditAsync(Wide);
    }

    [Fact]
    public async Task Every_line_can_be_computed_again_from_the_price_that_was_kept()
    {
        await using var test = await LedgerUnderTest.StartAsync(postgres, Wide);
        var price = Price.Of("model", new(2026, 1, 1), new(3_000_000_001, 300_000_007, 3_750_000_000, 6_000_000_000, 15_000_000_013, 15_000_000_013), new LongInput(1000, new(6, 5, 4, 3, 2, 1)));
        var usage = new Usage { UncachedInput = 101, CacheRead = 203, CacheWrite5m = 7, CacheWrite1h = 9, VisibleOutput = 311, Reasoning = 13 };
        var hold = await test.HeldAsync(3);
        await test.SettleAsync(new(hold.Id, [new(1, Guid.CreateVersion7(), "one", "model", price, usage, ChargeBasis.Counted, "failed"), new(2, Guid.CreateVersion7(), "two", "model", price, usage, ChargeBasis.Reported, "answered")]));

        await using var command = test.Database.Superuser.CreateCommand("""
            select p.canonical, c.uncached_input, c.cache_read, c.cache_write_5m, c.cache_write_1h, c.output_visible, c.reasoning, c.cost
            from charges c join price_versions p on p.version = c.price_version order by c.attempt
            """);
        await using var reader = await command.ExecuteReaderAsync(LedgerUnderTest.Stop);
        var sum = 0L;
        while (await reader.ReadAsync(LedgerUnderTest.Stop))
        {
            var again = new Usage
            {
                UncachedInput = reader.GetInt64(1), CacheRead = reader.GetInt64(2), CacheWrite5m = reader.GetInt64(3), CacheWrite1h = reader.GetInt64(4),
                VisibleOutput = reader.GetInt64(5), Reasoning = reader.GetInt64(6),
            };
            Assert.Equal(usage, again);
            Assert.Equal(Price.Parse(reader.GetString(0)).Of(again).NanoDollars, reader.GetInt64(7));
            sum += reader.GetInt64(7);
        }

        Assert.Equal(2 * price.Of(usage).NanoDollars, sum);
        Assert.Equal(sum, await test.ValueAsync<long>("select settled from holds where id = $1", hold.Id));
    }

    [Fact]
    public async Task A_hold_nobody_settles_counts_at_its_bound_when_its_time_is_up_and_is_flagged()
    {
        await using var test = await LedgerUnderTest.StartAsync(postgres, Wide);
        var key = Guid.CreateVersion7();
        var hold = await test.HeldAsync(3, key);
        var sweep = test.Sweep();

        test.Clock.Advance(TimeSpan.FromMinutes(9));
        Assert.Equal(0, await sweep.RunAsync(LedgerUnderTest.Stop));
        test.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(1, await sweep.RunAsync(LedgerUnderTest.Stop));
        Assert.Equal(0, await sweep.RunAsync(LedgerUnderTest.Stop));

        Assert.Equal("expired", await test.ValueAsync<string>("select flagged from holds where id = $1", hold.Id));
        foreach (var scope in new[] { Guid.Empty, key })
            Assert.Equal((0L, 3_000_000_000L), (await test.ValueAsync<long>("select held from budgets where scope = $1", scope), await test.ValueAsync<long>("select day_settled from budgets where scope = $1", scope)));
        await test.AuditAsync(Wide);
    }

    [Theory]
    [InlineData(30)]
    [InlineData(100)]
    [InlineData(60 * 30)]
    public async Task The_truth_that_comes_late_takes_the_place_of_the_estimate(int minutesLater)
    {
        await using var test = await LedgerUnderTest.StartAsync(postgres, Wide);
        var key = Guid.CreateVersion7();
        var hold = await test.HeldAsync(3, key);
        test.Clock.Advance(TimeSpan.FromMinutes(10));
        await test.Sweep().RunAsync(LedgerUnderTest.Stop);
        test.Clock.Advance(TimeSpan.FromMinutes(minutesLater));

        await test.SettleAsync(LedgerUnderTest.Costing(hold.Id, 1));
        await test.SettleAsync(LedgerUnderTest.Costing(hold.Id, 1));

        Assert.Equal(("settled", "late"), (await test.ValueAsync<string>("select state from holds where id = $1", hold.Id), await test.ValueAsync<string>("select flagged from holds where id = $1", hold.Id)));
        foreach (var scope in new[] { Guid.Empty, key })
        {
            Assert.Equal(minutesLater < 60 ? 1_000_000_000L : 0, await test.ValueAsync<long>("select hour_settled from budgets where scope = $1", scope));
            Assert.Equal(minutesLater < 24 * 60 ? 1_000_000_000L : 0, await test.ValueAsync<long>("select day_settled from budgets where scope = $1", scope));
        }

        await test.AuditAsync(Wide);
    }

    [Fact]
    public async Task More_than_the_bound_is_booked_as_it_is_and_flagged()
    {
        await using var test = await LedgerUnderTest.StartAsync(postgres, Wide);
        var hold = await test.HeldAsync(1);

        await test.SettleAsync(LedgerUnderTest.Costing(hold.Id, 1.5m));

        Assert.Equal(1_500_000_000L, await test.ValueAsync<long>("select hour_settled from budgets"));
        Assert.Equal("over_bound", await test.ValueAsync<string>("select flagged from holds where id = $1", hold.Id));
    }

    [Fact]
    public async Task A_release_that_overtakes_its_hold_keeps_it_from_coming_to_life()
    {
        await using var test = await LedgerUnderTest.StartAsync(postgres, Wide);
        var asking = LedgerUnderTest.Asking(1);
        await test.SettleAsync(new(asking.Id, []));

        await Assert.ThrowsAnyAsync<Exception>(() => test.Ledger.HoldAsync(asking, LedgerUnderTest.Stop));

        Assert.Equal("released", await test.ValueAsync<string>("select state from holds where id = $1", asking.Id));
        await LedgerUnderTest.KeptAsync(test.Ledger);
        Assert.Equal(0, await test.ValueAsync<long>("select held from budgets"));
    }

    [Fact]
    public async Task A_hold_is_raised_only_as_far_as_there_is_room()
    {
        await using var test = await LedgerUnderTest.StartAsync(postgres, new() { PerRequest = Dollars(2), PerHour = Dollars(3) });
        var hold = await test.HeldAsync(1);
        await test.HeldAsync(1);

        await test.Ledger.ExtendAsync(hold.Id, Task.CompletedTask, Dollars(1.5m), LedgerUnderTest.Stop);
        var hour = await Assert.ThrowsAsync<Kernel.RuleException>(() => test.Ledger.ExtendAsync(hold.Id, Task.CompletedTask, Dollars(2), LedgerUnderTest.Stop).ContinueWith(_ => test.Ledger.ExtendAsync(hold.Id, Task.CompletedTask, Dollars(2.5m), LedgerUnderTest.Stop), TaskScheduler.Default).Unwrap());

        Assert.Equal("BUDGET_EXCEEDED", hour.Code);
        Assert.Equal(3_000_000_000L, await test.ValueAsync<long>("select held from budgets"));
        await test.AuditAsync(new() { PerHour = Dollars(3) });
    }

    [Fact]
    public async Task A_warning_is_written_once_per_window()
    {
        await using var test = await LedgerUnderTest.StartAsync(postgres, Wide with { WarnPerHour = Dollars(2), WarnPerDay = Dollars(3) });

        await test.HeldAsync(1);
        Assert.Equal(0, await test.ValueAsync<long>("select count(*) from budget_events"));
        await test.HeldAsync(1);
        await test.HeldAsync(1);
        await test.HeldAsync(1);

        Assert.Equal(1, await test.ValueAsync<long>("select count(*) from budget_events where kind = 'warn' and time_window = 'hour'"));
        Assert.Equal(1, await test.ValueAsync<long>("select count(*) from budget_events where kind = 'warn' and time_window = 'day'"));
        test.Clock.Advance(TimeSpan.FromMinutes(61));
        await test.HeldAsync(1);
        Assert.Equal(2, await test.ValueAsync<long>("select count(*) from budget_events where kind = 'warn' and time_window = 'hour'"));
        Assert.Equal(1, await test.ValueAsync<long>("select count(*) from budget_events where kind = 'warn' and time_window = 'day'"));
    }
}
