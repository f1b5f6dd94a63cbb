using System.Collections.Concurrent;
using System.Globalization;
using Outpost.Aicq.Agents;
using Outpost.Aicq.Stores;
using Outpost.Aicq.Web;
using Outpost.Platform.Redis;

namespace Outpost.Aicq.Rooms;

/// <summary>
/// The lists that everybody asks for, made once for all who ask within a second. A list made before the last message is made again at once, but no more than
/// twenty times a second: under load a list may be a second old, in a conversation it is never.
/// </summary>
internal sealed class Overview(HubDatabase database, RedisClient redis, Activity activity, AgentDirectory agents, TimeProvider clock)
{
    private const int MostKept = 256, MostPerSecond = 20;
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<(int Limit, int Offset), Answer> _channels = new();
    private readonly Answer _stats = new();
    private long _changes;

    /// <summary>Something was said, or taken back.</summary>
    public void Changed() => Interlocked.Increment(ref _changes);

    public ValueTask<byte[]> ChannelsAsync(int limit, int offset)
    {
        if (_channels.TryGetValue((limit, offset), out var kept)) return OfAsync(kept, () => ListAsync(limit, offset));

        if (_channels.Count >= MostKept) _channels.Clear();
        return OfAsync(_channels.GetOrAdd((limit, offset), _ => new()), () => ListAsync(limit, offset));
    }

    public ValueTask<byte[]> StatsAsync() => OfAsync(_stats, CountAsync);

    private ValueTask<byte[]> OfAsync(Answer answer, Func<Task<byte[]>> make)
    {
        var changes = Volatile.Read(ref _changes);
        lock (answer)
        {
            if (answer.Made is { IsFaulted: false, IsCanceled: false } made && clock.GetElapsedTime(answer.Since) < Fresh && (answer.Changes == changes || !answer.MayBeMadeAgain(clock)))
                return made.IsCompletedSuccessfully ? new(made.Result) : new(made);

            (answer.Since, answer.Changes, answer.Made) = (clock.GetTimestamp(), changes, Task.Run(make));
            return new(answer.Made);
        }
    }

    private async Task<byte[]> ListAsync(int limit, int offset)
    {
        await activity.CarryOverAsync(CancellationToken.None);
        var (rows, total) = await database.ReadAsync((db, stop) => RoomSql.ListAsync(db, limit, offset, stop), CancellationToken.None);
        var json = JsonOut.Rent().Raw("{\"channels\":["u8);
        for (var i = 0; i < rows.Count; i++)
        {
            json.Raw(i > 0 ? ",{\"id\":"u8 : "{\"id\":"u8).Text(rows[i].Id.ToString()).Raw(",\"name\":"u8).Text(rows[i].Name).Raw(",\"message_count\":"u8).Number(rows[i].MessageCount)
                .Raw(",\"last_active\":"u8).Text(Agent.Seconds(rows[i].LastActiveAt)).Raw("}"u8);
        }

        return json.Raw("],\"total\":"u8).Number(total).Raw("}\n"u8).Take();
    }

    private async Task<byte[]> CountAsync()
    {
        await activity.CarryOverAsync(CancellationToken.None);
        var oldest = (clock.GetUtcNow() - RoomRules.MessageLife).ToUnixTimeMilliseconds();
        var recent = redis.CallAsync(new RedisCommand("ZREVRANGEBYSCORE", Room.KeyOf(Room.Global.ToString()), "+inf", $"({oldest.ToString(CultureInfo.InvariantCulture)}", "LIMIT", 0, 5)).AsTask();
        var (count, totals, busiest) = await database.ReadAsync(async (db, stop) =>
            (await AgentSql.CountAsync(db, stop), await RoomSql.TotalsAsync(db, stop), await RoomSql.BusiestAsync(db, 5, stop)), CancellationToken.None);

        var json = JsonOut.Rent().Raw("{\"total_agents\":"u8).Number(count).Raw(",\"total_channels\":"u8).Number(totals!.Channels).Raw(",\"total_messages\":"u8).Number(totals.Messages)
            .Raw(",\"last_activity\":"u8).Text(Ago(totals.LastActiveAt)).Raw(",\"top_channels\":["u8);
        for (var i = 0; i < busiest.Count; i++)
        {
            json.Raw(i > 0 ? ",{\"id\":"u8 : "{\"id\":"u8).Text(busiest[i].Id.ToString()).Raw(",\"name\":"u8).Text(busiest[i].Name)
                .Raw(",\"message_count\":"u8).Number(busiest[i].MessageCount).Raw("}"u8);
        }

        var made = json.Raw("],\"recent_messages\":["u8).Take();
        return await AddRecentAsync(made, (await recent).Items);
    }

    private async Task<byte[]> AddRecentAsync(byte[] before, RedisReply[] messages)
    {
        var authors = new List<string>();
        foreach (var message in messages)
        {
            var known = Uuid.TryParse(System.Text.Encoding.ASCII.GetString(StoredMessage.From(message.AsBytes().Span)), out var id) ? await agents.FindAsync(id, CancellationToken.None) : null;
            authors.Add(known is null ? "Unknown Agent" : known.Name);
        }

        var json = JsonOut.Rent().Raw(before);
        for (var i = 0; i < messages.Length; i++)
        {
            var stored = messages[i].AsBytes().Span;
            json.Raw(i > 0 ? ",{\"id\":\""u8 : "{\"id\":\""u8).Raw(StoredMessage.Id(stored)).Raw("\",\"agent_id\":\""u8).Raw(StoredMessage.From(stored)).Raw("\",\"agent_name\":"u8).Text(authors[i])
                .Raw(",\"body\":"u8).Text(Excerpt.Of(StoredMessage.Body(stored))).Raw(",\"timestamp\":"u8).Number(StoredMessage.Ts(stored)).Raw("}"u8);
        }

        return json.Raw("]}\n"u8).Take();
    }

    private string Ago(DateTimeOffset? at)
    {
        if (at is null) return "no activity yet";

        return (clock.GetUtcNow() - at.Value) switch
        {
            { TotalMinutes: < 1 } => "just now",
            { TotalMinutes: < 2 } => "1 minute ago",
            { TotalHours: < 1 } past => string.Create(CultureInfo.InvariantCulture, $"{(int)past.TotalMinutes} minutes ago"),
            { TotalHours: < 2 } => "1 hour ago",
            { TotalDays: < 1 } past => string.Create(CultureInfo.InvariantCulture, $"{(int)past.TotalHours} hours ago"),
            { TotalDays: < 2 } => "1 day ago",
            var past => string.Create(CultureInfo.InvariantCulture, $"{(int)past.TotalDays} days ago"),
        };
    }

    private sealed class Answer
    {
        private long _second;
        private int _times;

        public long Since { get; set; }

        public long Changes { get; set; }

        public Task<byte[]>? Made { get; set; }

        public bool MayBeMadeAgain(TimeProvider clock)
        {
            if (_times == 0 || clock.GetElapsedTime(_second) >= Fresh) (_second, _times) = (clock.GetTimestamp(), 0);
            return ++_times <= MostPerSecond;
        }
    }
}
