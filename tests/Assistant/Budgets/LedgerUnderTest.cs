using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Outpost.Assistant.Budgets;
using Outpost.Assistant.Catalogue;
using Outpost.Platform.Migrations;
using Outpost.Testing;

namespace Outpost.Assistant.Tests.Budgets;

/// <summary>Ledgers on a database of their own, as several processes would have them, and a clock that stands.</summary>
internal sealed class LedgerUnderTest : IAsyncDisposable
{
    public static readonly DateTimeOffset Start = new(2026, 11, 21, 15, 0, 30, TimeSpan.Zero);
    public static readonly Price Price = Price.Of("model", new(2026, 1, 1), new(1_000_000_000, 0, 0, 0, 10_000_000_000, 10_000_000_000));

    private readonly ServiceProvider _meters = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly List<Ledger> _ledgers = [];

    private readonly bool _leases;

    private LedgerUnderTest(TestDatabase database, bool leases) => (Database, _leases) = (database, leases);

    public TestDatabase Database { get; }

    public StandingClock Clock { get; } = new(Start);

    public Ledger Ledger => _ledgers[0];

    public static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <param name="leases">As with <c>COST_LEASES=true</c>.</param>
    public static async Task<LedgerUnderTest> StartAsync(PostgresServer postgres, Limits limits, bool leases = false)
    {
        var made = new LedgerUnderTest(await postgres.DatabaseAsync(MigrationSet.From(typeof(Ledger).Assembly), "assistant", Stop), leases);
        await made.AnotherAsync(limits);
        return made;
    }

    public async Task<Ledger> AnotherAsync(Limits limits, NpgsqlDataSource? source = null, TimeProvider? clock = null)
    {
        var meters = new BudgetMeters(_meters.GetRequiredService<IMeterFactory>());
        var ledger = new Ledger(source ?? Database.AppSource, new(limits, BudgetPolicy.Strict) { Leases = _leases }, clock ?? Clock, meters, NullLogger<Ledger>.Instance);
        await ledger.StartAsync(Stop);
        _ledgers.Add(ledger);
        return ledger;
    }

    public LedgerSweep Sweep() => new(Database.AppSource, Clock, new(_meters.GetRequiredService<IMeterFactory>()), NullLogger<LedgerSweep>.Instance);

    public static HoldRequest Asking(decimal dollars, Guid? key = null) => new(Guid.CreateVersion7(), new(key, null, null, "chat"), "model", Spend.FromDollars(dollars), 1000, TimeSpan.FromMinutes(10));

    /// <summary>A settlement of this cost: so many thousands of input tokens.</summary>
    public static Settlement Costing(Guid hold, decimal dollars) =>
        new(hold, [new(1, Guid.CreateVersion7(), "fake", "model", Price, new() { UncachedInput = (long)(dollars * 1_000_000) }, ChargeBasis.Reported, "answered")]);

    public async Task<HoldRequest> HeldAsync(decimal dollars, Guid? key = null)
    {
        var asking = Asking(dollars, key);
        var answer = await Ledger.HoldAsync(asking, Stop);
        Assert.Null(answer.Refused);
        await answer.Kept;
        return asking;
    }

    /// <summary>Settles and waits until it is kept.</summary>
    public async Task SettleAsync(Settlement settlement)
    {
        Ledger.Settle(settlement);
        await KeptAsync(Ledger);
    }

    /// <summary>Returns when everything that was given to the ledger before is in the database: a hold that can never fit goes through the same queue.</summary>
    public static async Task KeptAsync(Ledger ledger) => await ledger.HoldAsync(Asking(1_000_000), Stop);

    /// <summary>Returns when no ledger has a lease any more; each gives its own back a second after the last request.</summary>
    public async Task WithoutLeasesAsync()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        while (await ValueAsync<long>("select count(*) from holds where leased is not null and state = 'held'") > 0) await Task.Delay(10, patience.Token);
    }

    public async Task<T?> ValueAsync<T>(string sql, params object[] values)
    {
        await using var command = Database.Superuser.CreateCommand(sql);
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        return await command.ExecuteScalarAsync(Stop) is T found ? found : default;
    }

    /// <summary>
    /// Sums the rows of holds one by one, at one instant, and sees that the running numbers of the budgets say no less, and nowhere more than the limits.
    /// </summary>
    public static async Task AuditAsync(NpgsqlDataSource source, Limits limits, CancellationToken ct)
    {
        await using var command = source.CreateCommand("""
            with b as (select * from budgets), h as (select * from holds)
            select b.scope, b.held, b.hour_settled, b.day_settled, b.request_limit, b.hour_limit, b.day_limit,
              coalesce(sum(h.bound) filter (where h.state = 'held'), 0)::bigint,
              coalesce(sum(h.settled) filter (where h.settled_at > b.seen_at - interval '1 hour'), 0)::bigint,
              coalesce(sum(h.settled) filter (where h.settled_at > b.seen_at - interval '24 hours'), 0)::bigint
            from b left join h on b.scope = '00000000-0000-0000-0000-000000000000' or h.key_id = b.scope
            group by b.scope, b.held, b.hour_settled, b.day_settled, b.request_limit, b.hour_limit, b.day_limit
            """);
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            var all = reader.GetGuid(0) == Guid.Empty;
            long held = reader.GetInt64(1), hour = reader.GetInt64(2), day = reader.GetInt64(3);
            long realHeld = reader.GetInt64(7), realHour = reader.GetInt64(8), realDay = reader.GetInt64(9);
            Assert.Equal(realHeld, held);
            Assert.True(realHour <= hour && realDay <= day, $"windows of {hour} and {day} forget some of {realHour} and {realDay}");
            var hourLimit = Stricter(all ? limits.PerHour?.NanoDollars : null, reader.IsDBNull(5) ? null : reader.GetInt64(5));
            var dayLimit = Stricter(all ? limits.PerDay?.NanoDollars : null, reader.IsDBNull(6) ? null : reader.GetInt64(6));
            Assert.True(held + hour <= hourLimit, $"{held} held and {hour} settled of {hourLimit} in an hour");
            Assert.True(held + day <= dayLimit, $"{held} held and {day} settled of {dayLimit} in a day");
        }

        static long Stricter(long? one, long? other) => Math.Min(one ?? long.MaxValue, other ?? long.MaxValue);
    }

    public Task AuditAsync(Limits limits) => AuditAsync(Database.Superuser, limits, Stop);

    public async ValueTask DisposeAsync()
    {
        foreach (var ledger in _ledgers) await ledger.DisposeAsync();
        await Database.DisposeAsync();
        await _meters.DisposeAsync();
    }
}
