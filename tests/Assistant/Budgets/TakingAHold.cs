using Outpost.Assistant.Budgets;
using Outpost.Assistant.Catalogue;
using Outpost.Platform.Postgres;
using Outpost.Testing;

namespace Outpost.Assistant.Tests.Budgets;

public sealed class TakingAHold(PostgresServer postgres)
{
    private static readonly Limits Tight = new() { PerRequest = Dollars(1), PerHour = Dollars(2), PerDay = Dollars(3) };

    [Fact]
    public async Task Up_to_the_limit_exactly_it_is_taken_and_a_nano_dollar_more_is_refused()
    {
        await using var test = await LedgerUnderTest.StartAsync(postgres, Tight);

        await test.HeldAsync(1);
        await test.HeldAsync(1);
        var refusal = (await test.Ledger.HoldAsync(LedgerUnderTest.Asking(0.000000001m), LedgerUnderTest.Stop)).Refused!;

        Assert.Equal(BudgetWindow.Hour, refusal.Window);
        Assert.Equal((Dollars(2), Dollars(2), Spend.Zero), (refusal.Limit, refusal.Used, refusal.Room));
        Assert.False(refusal.OfKey);
        Assert.Equal(2, await test.ValueAsync<long>("select count(*) from holds"));
        await test.AuditAsync(Tight);
    }

    [Fact]
    public async Task More_than_one_request_may_cost_is_refused_for_ever()
    {
        await using var test = await LedgerUnderTest.StartAsync(postgres, Tight);

        var refusal = (await test.Ledger.HoldAsync(LedgerUnderTest.Asking(1.01m), LedgerUnderTest.Stop)).Refused!;

        Assert.Equal(BudgetWindow.Request, refusal.Window);
        Assert.Null(refusal.OpensAt);
    }

    [Fact]
    public async Task What_costs_nothing_is_taken_when_everything_is_spent()
    {
        await using var test = await LedgerUnderTest.StartAsync(postgres, new() { PerDay = Spend.Zero });

        await test.HeldAsync(0);

        Assert.NotNull((await test.Ledger.HoldAsync(LedgerUnderTest.Asking(0.000000001m), LedgerUnderTest.Stop)).Refused);
    }

    [Fact]
    public async Task A_key_is_held_to_its_own_limits_beside_those_of_all()
    {
        await using var test = await LedgerUnderTest.StartAsync(postgres, Tight);
        var (poor, rich) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await new ReadDb(test.Database.AppSource, null).ValueAsync<object>(LedgerSql.Limit(poor, new() { PerHour = Dollars(0.5m) }), LedgerUnderTest.Stop);

        await test.HeldAsync(0.4m, poor);
        var own = (await test.Ledger.HoldAsync(LedgerUnderTest.Asking(0.2m, poor), LedgerUnderTest.Stop)).Refused!;
        await test.HeldAsync(1, rich);
        var common = (await test.Ledger.HoldAsync(LedgerUnderTest.Asking(0.7m, rich), LedgerUnderTest.Stop)).Refused!;

        Assert.Equal((true, BudgetWindow.Hour, Dollars(0.5m), Dollars(0.1m)), (own.OfKey, own.Window, own.Limit, own.Room));
        Assert.Equal((false, BudgetWindow.Hour, Dollars(2)), (common.OfKey, common.Window, common.Limit));
        await test.AuditAsync(Tight);
    }

    [Fact]
    public async Task The_hour_rolls_and_says_when_there_is_room_again()
    {
        await using var test = await LedgerUnderTest.StartAsync(postgres, Tight);
        var first = await test.HeldAsync(1);
        await test.SettleAsync(LedgerUnderTest.Costing(first.Id, 1));
        test.Clock.Advance(TimeSpan.FromMinutes(20));
        var second = await test.HeldAsync(1);
        await test.SettleAsync(LedgerUnderTest.Costing(second.Id, 1));

        var refusal = (await test.Ledger.HoldAsync(LedgerUnderTest.Asking(0.5m), LedgerUnderTest.Stop)).Refused!;
        test.Clock.Advance(refusal.OpensAt!.Value - test.Clock.GetUtcNow() - TimeSpan.FromSeconds(1));
        var early = (await test.Ledger.HoldAsync(LedgerUnderTest.Asking(0.5m), LedgerUnderTest.Stop)).Refused;
        test.Clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(new DateTimeOffset(2026, 11, 21, 16, 1, 0, TimeSpan.Zero), refusal.OpensAt);
        Assert.NotNull(early);
        await test.HeldAsync(0.5m);
        // The day still counts all of it.
        test.Clock.Advance(TimeSpan.FromMinutes(25));
        Assert.Equal(BudgetWindow.Day, (await test.Ledger.HoldAsync(LedgerUnderTest.Asking(0.6m), LedgerUnderTest.Stop)).Refused!.Window);
        await test.AuditAsync(Tight);
    }

    [Fact]
    public async Task A_clock_that_goes_back_gives_nothing_back()
    {
        await using var test = await LedgerUnderTest.StartAsync(postgres, Tight);
        await test.SettleAsync(LedgerUnderTest.Costing((await test.HeldAsync(1)).Id, 1));
        await test.SettleAsync(LedgerUnderTest.Costing((await test.HeldAsync(1)).Id, 1));

        test.Clock.Advance(TimeSpan.FromHours(-5));

        Assert.NotNull((await test.Ledger.HoldAsync(LedgerUnderTest.Asking(0.1m), LedgerUnderTest.Stop)).Refused);
        await test.AuditAsync(Tight);
    }

    [Fact]
    public async Task Who_left_before_the_answer_holds_nothing()
    {
        await using var test = await LedgerUnderTest.StartAsync(postgres, Tight);
        await using (var blocker = await test.Database.Superuser.OpenConnectionAsync(LedgerUnderTest.Stop))
        await using (var transaction = await blocker.BeginTransactionAsync(LedgerUnderTest.Stop))
        {
            await using var hold = new Npgsql.NpgsqlCommand("select from budgets for update", blocker, transaction);
            await hold.ExecuteNonQueryAsync(LedgerUnderTest.Stop);
            using var leaving = new CancellationTokenSource();
            var asking = test.Ledger.HoldAsync(LedgerUnderTest.Asking(1), leaving.Token);
            await leaving.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        }

        await LedgerUnderTest.KeptAsync(test.Ledger);
        await LedgerUnderTest.KeptAsync(test.Ledger);

        Assert.Equal(0, await test.ValueAsync<long>("select held from budgets"));
        Assert.Equal(0, await test.ValueAsync<long>("select count(*) from holds where state = 'held'"));
    }

    [Fact]
    public async Task A_thousand_at_once_through_three_ledgers_get_what_there_is_and_not_a_nano_dollar_more()
    {
        var limits = new Limits { PerHour = Dollars(1) };
        await using var test = await LedgerUnderTest.StartAsync(postgres, limits);
        Ledger[] ledgers = [test.Ledger, await test.AnotherAsync(limits), await test.AnotherAsync(limits)];

        var answers = await Task.WhenAll(Enumerable.Range(0, 1000).Select(i => Task.Run(() => ledgers[i % 3].HoldAsync(LedgerUnderTest.Asking(0.007m), LedgerUnderTest.Stop))));

        Assert.Equal(142, answers.Count(answer => answer.Refused is null));
        await test.AuditAsync(limits);
    }

    internal static Spend Dollars(decimal dollars) => Spend.FromDollars(dollars);
}
