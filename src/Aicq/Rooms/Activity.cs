using Outpost.Aicq.Stores;
using Outpost.Platform.Redis;

namespace Outpost.Aicq.Rooms;

/// <summary>
/// Carries what the post script has counted in Redis over to the rooms' rows, in batches: a busy room costs one update for many messages. A batch has a name, is
/// added once whoever carries it and however often, and is forgotten in Redis only when PostgreSQL has it.
/// </summary>
internal sealed class Activity(RedisClient redis, HubDatabase database)
{
    /// <summary>A hash: <c>{room}:n</c> messages not carried over yet, <c>{room}:t</c> the newest of their times.</summary>
    public const string Key = "rooms:activity";

    private const string Claimed = "rooms:activity:claimed";

    private static readonly RedisScript Claim = new("""
        if redis.call('EXISTS', KEYS[2]) == 0 then
          if redis.call('EXISTS', KEYS[1]) == 0 then return {} end
          redis.call('RENAME', KEYS[1], KEYS[2])
          redis.call('HSET', KEYS[2], 'batch', ARGV[1])
        end
        return redis.call('HGETALL', KEYS[2])
        """);

    private static readonly RedisScript Release = new("""
        if redis.call('HGET', KEYS[1], 'batch') == ARGV[1] then return redis.call('DEL', KEYS[1]) end
        return 0
        """);

    /// <summary>Carries over what there is; a batch that somebody else left behind comes first.</summary>
    /// <returns>Whether there was any.</returns>
    public async Task<bool> CarryOverAsync(CancellationToken ct)
    {
        var carried = false;
        // The first may be one that another instance has claimed and not finished.
        for (var i = 0; i < 2; i++)
        {
            var fields = (await redis.EvalAsync(Claim, new RedisArg[] { Key, Claimed }, new RedisArg[] { Guid.NewGuid() }, ct)).AsPairs();
            if (fields.Length == 0) break;

            var mine = await AddAsync(fields.ToDictionary(field => field.Key.AsString()!, field => field.Value.AsString()!), ct);
            carried = true;
            if (mine) break;
        }

        return carried;
    }

    private async Task<bool> AddAsync(Dictionary<string, string> fields, CancellationToken ct)
    {
        var batch = Guid.Parse(fields["batch"]);
        var rooms = fields.Keys.Where(field => field.EndsWith(":n", StringComparison.Ordinal)).Select(field => field[..^2]).Where(room => Guid.TryParse(room, out _)).ToArray();
        var counts = rooms.Select(room => Number(fields, $"{room}:n")).ToArray();
        var times = rooms.Select(room => DateTimeOffset.FromUnixTimeMilliseconds(Number(fields, $"{room}:t")).UtcDateTime).ToArray();
        var added = await database.WriteAsync((db, stop) => RoomSql.AddActivityAsync(db, batch, [.. rooms.Select(Guid.Parse)], counts, times, stop), ct);
        await redis.EvalAsync(Release, new RedisArg[] { Claimed }, new RedisArg[] { batch }, ct);
        return added > 0;
    }

    private static long Number(Dictionary<string, string> fields, string name) =>
        fields.TryGetValue(name, out var text) && long.TryParse(text, System.Globalization.NumberStyles.AllowLeadingSign, System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : 0;
}
