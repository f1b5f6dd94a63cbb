using Outpost.Platform.Postgres;

namespace Outpost.Aicq.Rooms;

/// <summary>Every statement on rooms.</summary>
internal static class RoomSql
{
    internal sealed record Row(Guid Id, string Name, bool IsPrivate, string? KeyHash);

    internal sealed record Channel(Guid Id, string Name, long MessageCount, DateTimeOffset LastActiveAt);

    internal sealed record Totals(long Channels, long Messages, DateTimeOffset? LastActiveAt);

    public static Task<Row?> FindAsync(ReadDb db, Guid id, CancellationToken ct) => db.FirstAsync<Row>($"select id, name, is_private, key_hash from rooms where id = {id}", ct);

    public static Task<int> AddAsync(Db db, Guid id, string name, string? keyHash, Guid by, DateTimeOffset now, CancellationToken ct) => db.RunAsync($"""
        insert into rooms (id, name, is_private, key_hash, created_by, created_at, last_active_at)
        values ({id}, {name}, {keyHash is not null}, {keyHash}, {by}, {now}, {now})
        """, ct);

    /// <summary>Public rooms, the most recently active first, and how many there are.</summary>
    public static Task<(List<Channel> Rows, long Total)> ListAsync(ReadDb db, int limit, int offset, CancellationToken ct) => db.PageAsync<Channel>(
        $"select id, name, message_count, last_active_at from rooms where not is_private order by last_active_at desc, id limit {limit} offset {offset}",
        $"select count(*) from rooms where not is_private", ct);

    /// <summary>Of public rooms only: what happens in a private one is nobody's business.</summary>
    public static Task<Totals?> TotalsAsync(ReadDb db, CancellationToken ct) => db.FirstAsync<Totals>($"""
        select count(*) as channels, coalesce(sum(message_count), 0)::bigint as messages, max(last_active_at) filter (where message_count > 0) as last_active_at
        from rooms where not is_private
        """, ct);

    public static Task<List<Channel>> BusiestAsync(ReadDb db, int limit, CancellationToken ct) => db.ListAsync<Channel>($"""
        select id, name, message_count, last_active_at from rooms where not is_private order by message_count desc, last_active_at desc, id limit {limit}
        """, ct);

    /// <summary>Adds a batch of activity, unless it has been added before.</summary>
    public static Task<int> AddActivityAsync(Db db, Guid batch, Guid[] rooms, long[] messages, DateTime[] at, CancellationToken ct) => db.RunAsync($"""
        with fresh as (insert into activity_batches (id) values ({batch}) on conflict do nothing returning id)
        update rooms set message_count = greatest(0, rooms.message_count + a.messages), last_active_at = greatest(rooms.last_active_at, a.at)
        from unnest({rooms}, {messages}, {at}) as a (room, messages, at), fresh
        where rooms.id = a.room
        """, ct);

    public static Task<int> ForgetBatchesAsync(Db db, CancellationToken ct) => db.RunAsync($"delete from activity_batches where applied_at < now() - interval '1 day'", ct);
}
