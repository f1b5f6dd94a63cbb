using Npgsql;
using Outpost.Platform.Postgres;

namespace Outpost.Assistant.Budgets;

/// <summary>Settles holds past their end at their estimate. Every instance does it; whoever comes first does the work.</summary>
internal sealed partial class LedgerSweep(NpgsqlDataSource source, TimeProvider clock, BudgetMeters meters, ILogger<LedgerSweep> log) : BackgroundService
{
    private const int AtOnce = 500;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10), Forgetting = TimeSpan.FromHours(1);

    private readonly ReadDb _db = new(source, null);

    /// <returns>How many were settled.</returns>
    public async Task<int> RunAsync(CancellationToken ct)
    {
        var all = 0;
        while (true)
        {
            var expired = await _db.ListAsync<LedgerSql.Expired>(LedgerSql.Expire(clock.GetUtcNow(), AtOnce), ct);
            foreach (var hold in expired) Expired(log, hold.HoldId, new Catalogue.Spend(hold.Bound).ToString());
            all += expired.Count;
            meters.Expired(expired.Count);
            if (expired.Count < AtOnce) return all;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pause, clock);
        var forgotten = DateTimeOffset.MinValue;
        do
        {
            try
            {
                await RunAsync(stoppingToken);
                if (clock.GetUtcNow() - forgotten > Forgetting)
                {
                    await _db.ValueAsync<object>(LedgerSql.Forget(clock.GetUtcNow()), stoppingToken);
                    forgotten = clock.GetUtcNow();
                }
            }
            catch (NpgsqlException broken)
            {
                Failed(log, broken);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
    }

    [LoggerMessage(LogLevel.Warning, "Nobody settled request {Hold}; it counts at its estimate of {Dollars} dollars until somebody says what it cost")]
    private static partial void Expired(ILogger log, Guid hold, string dollars);

    [LoggerMessage(LogLevel.Error, "Expired holds could not be settled; tried again shortly")]
    private static partial void Failed(ILogger log, Exception broken);
}
