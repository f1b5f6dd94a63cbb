using System.Globalization;
using Outpost.Platform.Redis;

namespace Outpost.Aicq.Rooms;

/// <summary>Which part of a room or an inbox is asked for. Numbers that make no sense count as not there, as they always have.</summary>
/// <param name="Limit">Messages at most.</param>
/// <param name="Before">Older than this, in milliseconds; null from the newest.</param>
/// <param name="Cursor">Older than exactly this message.</param>
/// <param name="Since">Newer than this; the oldest of those first, so that whoever asks again and again misses none.</param>
internal readonly record struct Page(int Limit, long? Before, Place? Cursor, Place? Since)
{
    /// <summary>Asks for more than the first hub knew, and so gets more members in the answer.</summary>
    public bool IsNew => Cursor is not null || Since is not null;

    /// <returns>False when a cursor is none.</returns>
    public static bool TryRead(HttpRequest request, int usual, int most, out Page page)
    {
        var query = request.Query;
        string? cursor = query["cursor"], since = query["since"];
        Place from = default, after = default;
        var read = (string.IsNullOrEmpty(cursor) || Place.TryParse(cursor, out from)) & (string.IsNullOrEmpty(since) || Place.TryParse(since, out after));
        page = new(
            Limited(query["limit"], usual, most),
            long.TryParse(query["before"], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var before) && before > 0 ? before : null,
            string.IsNullOrEmpty(cursor) ? null : from,
            string.IsNullOrEmpty(since) ? null : after);
        return read;
    }

    public static int Limited(string? text, int usual, int most) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var limit) && limit >= 1 ? Math.Min(limit, most) : usual;

    /// <summary>The messages of a sorted set that belong on this page, newest first, and whether there are more behind them in the direction that was asked for.</summary>
    /// <param name="oldest">Messages from then or earlier have expired.</param>
    public async Task<(List<ReadOnlyMemory<byte>> Messages, bool More)> ReadAsync(RedisClient redis, string key, long oldest, CancellationToken ct)
    {
        var found = new List<ReadOnlyMemory<byte>>(Limit + 1);
        var highest = Cursor?.Ts ?? (Before is { } before ? before - 1 : long.MaxValue);
        var offset = 0;
        while (found.Count <= Limit)
        {
            var wanted = Limit + 1 - found.Count;
            var members = (await redis.CallAsync(Command(key, highest, oldest, offset, wanted), ct)).Items;
            foreach (var member in members)
            {
                var message = member.AsBytes();
                if (IsOutside(message.Span)) continue;

                found.Add(message);
            }

            // Some of the first may stand in the cursor's own millisecond, on its far side.
            offset += members.Length;
            if (members.Length < wanted) break;
        }

        var more = found.Count > Limit;
        if (more) found.RemoveAt(Limit);
        if (Since is not null) found.Reverse();
        return (found, more);
    }

    private RedisCommand Command(string key, long highest, long oldest, int offset, int count)
    {
        RedisArg top = highest == long.MaxValue ? "+inf" : highest;
        return Since is { } since
            ? new("ZRANGEBYSCORE", key, Math.Max(since.Ts, oldest + 1), top, "LIMIT", offset, count)
            : new("ZREVRANGEBYSCORE", key, top, $"({oldest.ToString(CultureInfo.InvariantCulture)}", "LIMIT", offset, count);
    }

    private bool IsOutside(ReadOnlySpan<byte> message)
    {
        if (Cursor is null && Since is null) return false;

        var place = Place.Of(message);
        return (Cursor is { } cursor && place >= cursor) || (Since is { } since && place <= since);
    }
}
