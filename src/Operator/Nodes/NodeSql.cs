using Npgsql;
using Outpost.Platform.Postgres;

namespace Outpost.Operator.Nodes;

/// <summary>What nodes ask of servers.</summary>
internal static class NodeSql
{
    /// <summary>One standby, as its primary sees it.</summary>
    /// <param name="LagBytes">How much log it has not replayed; null while it is not connected and its slot tells nothing.</param>
    /// <param name="Given">Whether log that it needs is gone, so that it has to be made anew.</param>
    internal sealed record Standby(string Name, bool Connected, string State, long? LagBytes, double? LagSeconds, bool Given);

    /// <summary>A standby, as it sees itself.</summary>
    /// <param name="LagSeconds">Age of the last commit that it replayed; null before the first, and 0 once it has replayed all that it received.</param>
    internal sealed record Following(bool Follows, bool Connected, string? Received, string? Replayed, double? LagSeconds, int Timeline);

    public static async Task<int> ConnectionsAsync(NpgsqlDataSource source, CancellationToken ct)
    {
        await using var db = new Db(source, null);
        return await db.ValueAsync<int>($"select current_setting('max_connections')::int", ct);
    }

    /// <summary>Those that are connected, and those that have a slot and are not.</summary>
    public static async Task<IReadOnlyList<Standby>> StandbysAsync(NpgsqlDataSource source, CancellationToken ct)
    {
        await using var db = new Db(source, null);
        return await db.ListAsync<Standby>($"""
            select substr(s.slot_name::text, 9) as name, r.pid is not null as connected, coalesce(r.state, 'gone') as state,
              pg_wal_lsn_diff(pg_current_wal_lsn(), coalesce(r.replay_lsn, s.restart_lsn))::bigint as lag_bytes,
              extract(epoch from r.replay_lag)::float8 as lag_seconds, coalesce(s.wal_status = 'lost', false) as given
            from pg_replication_slots s left join pg_stat_replication r on r.pid = s.active_pid
            where s.slot_type = 'physical' and starts_with(s.slot_name::text, 'standby_') and not pg_is_in_recovery()
            order by 1
            """, ct);
    }

    public static async Task<Following> FollowingAsync(NpgsqlDataSource source, CancellationToken ct)
    {
        await using var db = new Db(source, null);
        return (await db.FirstAsync<Following>($"""
            select pg_is_in_recovery() as follows, exists (select from pg_stat_wal_receiver where status = 'streaming') as connected,
              pg_last_wal_receive_lsn()::text as received, pg_last_wal_replay_lsn()::text as replayed,
              case when pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() and exists (select from pg_stat_wal_receiver where status = 'streaming') then 0
                   else extract(epoch from clock_timestamp() - pg_last_xact_replay_timestamp()) end::float8 as lag_seconds,
              (select timeline_id from pg_control_checkpoint()) as timeline
            """, ct))!;
    }

    /// <summary>Lets go of a slot that an interrupted attempt left.</summary>
    public static async Task DropSlotAsync(NpgsqlDataSource source, string slot, CancellationToken ct)
    {
        await using var db = new Db(source, null);
        await db.RunAsync($"select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = {slot} and not active", ct);
        await db.CommitAsync(ct);
    }
}
