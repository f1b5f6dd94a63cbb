using Outpost.Aicq.DirectMessages;
using Outpost.Aicq.Rooms;
using Outpost.Platform.Redis;

namespace Outpost.Aicq.Stores;

/// <summary>
/// What must be done by the clock: counts are carried over to PostgreSQL several times a second, and what has expired in rooms, inboxes and the search index
/// is taken out even where nobody writes any more. Any number of instances may do it; they take turns.
/// </summary>
internal sealed partial class Sweep(RedisClient redis, Activity activity, HubDatabase database, TimeProvider clock, ILogger<Sweep> log) : BackgroundService
{
    private const string Turn = "sweep:turn";
    private const int Go = 500;
    private static readonly TimeSpan CarryEvery = TimeSpan.FromMilliseconds(250), SweepEvery = TimeSpan.FromMinutes(10);

    /// <summary>Takes out what has expired, everywhere.</summary>
    /// <returns>How much it was.</returns>
    public async Task<long> RunAsync(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var day = (now - RoomRules.MessageLife).ToUnixTimeMilliseconds();
        var week = (now - Inbox.MessageLife).ToUnixTimeMilliseconds();
        return await TakeOutAsync("room:*:messages", day, ct) + await TakeOutAsync("search:words:*", day, ct) + await TakeOutAsync("dm:*:inbox", week, ct);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var beat = new PeriodicTimer(CarryEvery, TimeProvider.System);
        var swept = clock.GetUtcNow();
        string? broken = null;
        while (await NextAsync(beat, stoppingToken))
        {
            try
            {
                await activity.CarryOverAsync(stoppingToken);
                if (clock.GetUtcNow() - swept < SweepEvery) continue;

                swept = clock.GetUtcNow();
                if ((await redis.CallAsync(new RedisCommand("SET", Turn, "1", "NX", "PX", (long)SweepEvery.TotalMilliseconds / 2), stoppingToken)).IsNull) continue;

                var gone = await RunAsync(stoppingToken);
                await database.WriteAsync(RoomSql.ForgetBatchesAsync, stoppingToken);
                Swept(log, gone);
            }
            catch (Exception e) when (e is RedisException or StoreUnavailableException or OperationCanceledException)
            {
                // Tried again at the next beat; who is away is told by others.
                NotNow(log, e.GetType().Name);
            }
            catch (Exception e) // The outermost loop: what goes wrong here must not end a hub that serves.
            {
                if (broken != e.Message) Broke(log, e);
                broken = e.Message;
            }
        }
    }

    private static async ValueTask<bool> NextAsync(PeriodicTimer beat, CancellationToken ct)
    {
        try
        {
            return await beat.WaitForNextTickAsync(ct);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task<long> TakeOutAsync(string pattern, long upTo, CancellationToken ct)
    {
        var gone = 0L;
        var cursor = "0";
        do
        {
            var page = (await redis.CallAsync(new RedisCommand("SCAN", cursor, "MATCH", pattern, "COUNT", Go), ct)).Items;
            cursor = page[0].AsString()!;
            var commands = page[1].Items.Select(key => new RedisCommand("ZREMRANGEBYSCORE", key.AsBytes(), "-inf", upTo)).ToArray();
            if (commands.Length == 0) continue;

            foreach (var reply in await redis.CallAsync(commands, ct)) gone += reply.IsError ? 0 : reply.AsLong();
        }
        while (cursor != "0");
        return gone;
    }

    [LoggerMessage(LogLevel.Information, "{Gone} expired entries taken out")]
    private static partial void Swept(ILogger log, long gone);

    [LoggerMessage(LogLevel.Error, "what is done by the clock goes wrong; it is tried again and again")]
    private static partial void Broke(ILogger log, Exception cause);

    [LoggerMessage(LogLevel.Debug, "not now")]
    private static partial void NotNow(ILogger log, string cause);
}
