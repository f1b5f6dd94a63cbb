using Npgsql;
using Outpost.Platform.Postgres;
using Lsn = NpgsqlTypes.NpgsqlLogSequenceNumber;

namespace Outpost.Operator.Archive;

/// <summary>What the archive asks of a server and tells it. The heartbeat is the only thing that it writes.</summary>
internal static class ArchiveSql
{
    /// <summary>The archiver's own word on how it fares.</summary>
    /// <param name="LastWal">The newest segment that was archived.</param>
    internal sealed record Archiver(long Archived, string? LastWal, DateTimeOffset? LastAt, long Failed, string? FailedWal, DateTimeOffset? FailedAt);

    /// <summary>One receiver of the log.</summary>
    /// <param name="Flushed">How far it has the log on its own disk.</param>
    internal sealed record Receiver(string Name, string State, string Sync, string? Sent, string? Flushed, string? Replayed, double? LagSeconds);

    private sealed record FactsRow(string System, int Version, int SegmentSize, int Timeline);

    private sealed record Waiting(long Segments, long Bytes);

    public static async Task<ClusterFacts> FactsAsync(NpgsqlDataSource source, CancellationToken ct)
    {
        await using var db = new Db(source, null);
        var row = await db.FirstAsync<FactsRow>($"""
            select (select system_identifier::text from pg_control_system()) as system,
              current_setting('server_version_num')::int / 10000 as version,
              (select bytes_per_wal_segment from pg_control_init()) as segment_size,
              case when pg_is_in_recovery() then (select timeline_id from pg_control_checkpoint()) else ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int end as timeline
            """, ct) ?? throw new InvalidOperationException("PostgreSQL does not know itself.");
        return new(row.System, row.Version, row.SegmentSize, (uint)row.Timeline);
    }

    public static async Task<string?> DataDirectoryAsync(NpgsqlDataSource source, CancellationToken ct)
    {
        await using var db = new Db(source, null);
        return await db.ValueAsync<string>($"select current_setting('data_directory', true)", ct);
    }

    /// <summary>Where this timeline branched off, as the server's own file tells; null for the first.</summary>
    public static async Task<(uint Parent, Lsn Branch)?> BranchAsync(NpgsqlDataSource source, uint timeline, CancellationToken ct)
    {
        if (timeline == 1) return null;

        await using var db = new Db(source, null);
        var file = $"pg_wal/{timeline:X8}.history";
        var text = await db.ValueAsync<string>($"select pg_read_file({file}, 0, 65536, true)", ct);
        return Timelines.LastBranch(text);
    }

    /// <summary>The heartbeat is made where it is missing; in the database that the connection leads to.</summary>
    public static async Task PrepareHeartbeatAsync(NpgsqlDataSource source, CancellationToken ct)
    {
        await using var db = new Db(source, null);
        await db.RunAsync($"set local synchronous_commit = local", ct);
        await db.RunAsync($"create schema if not exists outpost", ct);
        await db.RunAsync($"""
            create table if not exists outpost.heartbeat (
              id int not null constraint heartbeat_is_one_row check (id = 1),
              seq bigint not null,
              beat_at timestamptz not null,
              constraint heartbeat_has_one_id primary key (id)
            ) with (fillfactor = 50)
            """, ct);
        await db.CommitAsync(ct);
    }

    /// <summary>Writes one heartbeat; it never waits for a receiver, because it measures whether there is one.</summary>
    /// <returns>Its number, and a place in the log that lies behind its commit.</returns>
    public static async Task<(long Seq, Lsn Behind)> BeatAsync(NpgsqlDataSource source, DateTimeOffset now, CancellationToken ct)
    {
        long seq;
        await using (var db = new Db(source, null))
        {
            await db.RunAsync($"set local synchronous_commit = local", ct);
            seq = await db.ValueAsync<long>($"""
                insert into outpost.heartbeat as h (id, seq, beat_at) values (1, 1, {now})
                on conflict (id) do update set seq = h.seq + 1, beat_at = excluded.beat_at returning seq
                """, ct);
            await db.CommitAsync(ct);
        }

        await using var look = new Db(source, null);
        return (seq, await look.ValueAsync<Lsn>($"select pg_current_wal_flush_lsn()", ct));
    }

    /// <summary>The newest heartbeat that a server holds; null when it holds none.</summary>
    public static async Task<Beat?> LastBeatAsync(NpgsqlDataSource source, CancellationToken ct)
    {
        await using var db = new Db(source, null);
        return await db.ValueAsync<bool>($"select to_regclass('outpost.heartbeat') is not null", ct)
            ? await db.FirstAsync<Beat>($"select seq, beat_at as at from outpost.heartbeat", ct)
            : null;
    }

    public static async Task<Archiver> ArchiverAsync(NpgsqlDataSource source, CancellationToken ct)
    {
        await using var db = new Db(source, null);
        return (await db.FirstAsync<Archiver>($"""
            select archived_count as archived, last_archived_wal as last_wal, last_archived_time as last_at, failed_count as failed, last_failed_wal as failed_wal, last_failed_time as failed_at
            from pg_stat_archiver
            """, ct))!;
    }

    /// <summary>How much finished log waits on the server to be archived.</summary>
    public static async Task<(long Segments, long Bytes)> BacklogAsync(NpgsqlDataSource source, int segmentSize, CancellationToken ct)
    {
        await using var db = new Db(source, null);
        var waiting = (await db.FirstAsync<Waiting>($"select count(*) as segments, count(*) * {segmentSize}::bigint as bytes from pg_ls_archive_statusdir() where name like '%.ready'", ct))!;
        return (waiting.Segments, waiting.Bytes);
    }

    /// <summary>How much log a slot keeps back.</summary>
    /// <returns>Null when there is no such slot; <c>Lost</c> when what it needs is gone already.</returns>
    public static async Task<(long Bytes, bool Lost)?> SlotAsync(NpgsqlDataSource source, string slot, CancellationToken ct)
    {
        await using var db = new Db(source, null);
        return await db.FirstAsync<SlotRow>($"""
            select coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn), 0)::bigint as bytes, coalesce(wal_status = 'lost', false) as lost
            from pg_replication_slots where slot_name = {slot}
            """, ct) is { } row ? (row.Bytes, row.Lost) : null;
    }

    private sealed record SlotRow(long Bytes, bool Lost);

    public static async Task EnsureSlotAsync(NpgsqlDataSource source, string slot, CancellationToken ct)
    {
        await using var db = new Db(source, null);
        // A slot whose log was given up can never be read from again.
        await db.RunAsync($"select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = {slot} and wal_status = 'lost'", ct);
        await db.RunAsync($"select pg_create_physical_replication_slot({slot}, true) where not exists (select from pg_replication_slots where slot_name = {slot})", ct);
        await db.CommitAsync(ct);
    }

    public static async Task DropSlotAsync(NpgsqlDataSource source, string slot, CancellationToken ct)
    {
        await using var db = new Db(source, null);
        await db.RunAsync($"select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = {slot} and not active", ct);
        await db.CommitAsync(ct);
    }

    public static async Task<IReadOnlyList<Receiver>> ReceiversAsync(NpgsqlDataSource source, CancellationToken ct)
    {
        await using var db = new Db(source, null);
        return await db.ListAsync<Receiver>($"""
            select application_name as name, coalesce(state, '') as state, coalesce(sync_state, '') as sync, sent_lsn::text as sent, flush_lsn::text as flushed, replay_lsn::text as replayed,
              extract(epoch from coalesce(replay_lag, flush_lag))::float8 as lag_seconds
            from pg_stat_replication order by 1
            """, ct);
    }

    /// <summary>Ends the segment that is written to, so that it is archived; nothing when it is empty.</summary>
    /// <returns>The name of the segment that holds what was committed until now.</returns>
    public static async Task<string> SwitchAsync(NpgsqlDataSource source, CancellationToken ct)
    {
        await using var db = new Db(source, null);
        return (await db.ValueAsync<string>($"select pg_walfile_name(pg_switch_wal() - 1)", ct))!;
    }

    public static async Task<Lsn> NamePointAsync(NpgsqlDataSource source, string name, CancellationToken ct)
    {
        await using var db = new Db(source, null);
        return await db.ValueAsync<Lsn>($"select pg_create_restore_point({name})", ct);
    }

    public static async Task<(string Mode, string Command)> ArchivingAsync(NpgsqlDataSource source, CancellationToken ct)
    {
        await using var db = new Db(source, null);
        return (await db.ValueAsync<string>($"select current_setting('archive_mode')", ct) ?? "", await db.ValueAsync<string>($"select current_setting('archive_command')", ct) ?? "");
    }

    /// <summary>Lets commits go on without the receiver, or wait for it again as the configuration says.</summary>
    public static async Task SuspendSynchronyAsync(NpgsqlDataSource source, bool suspended, CancellationToken ct)
    {
        // Not inside a transaction: PostgreSQL writes a file of its own at once.
        await using var command = source.CreateCommand(suspended ? "alter system set synchronous_standby_names = ''" : "alter system reset synchronous_standby_names");
        await command.ExecuteNonQueryAsync(ct);
        await using var reload = source.CreateCommand("select pg_reload_conf()");
        await reload.ExecuteNonQueryAsync(ct);
    }

    public static async Task<long> SizeAsync(NpgsqlDataSource source, CancellationToken ct)
    {
        await using var db = new Db(source, null);
        return await db.ValueAsync<long>($"select sum(pg_database_size(oid))::bigint from pg_database", ct);
    }
}

/// <summary>A row that the keeper writes over and over: the newest that can be recovered tells what would be lost.</summary>
internal sealed record Beat(long Seq, DateTimeOffset At);
