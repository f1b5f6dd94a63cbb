using Outpost.FieldService.Accounts;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Worker;

/// <summary>Every statement that writes <c>chores</c> and <c>worker_heartbeats</c>.</summary>
internal static class ChoreSql
{
    public sealed record Row(string Name, DateTimeOffset NextRunAt, int Failures);

    /// <summary>Makes the row, so that there is something to hold.</summary>
    public static Task<int> Know(Db db, AccountId account, string name, DateTimeOffset now, CancellationToken ct) =>
        db.RunAsync($"insert into chores (account_id, name, next_run_at) values ({account}, {name}, {now}) on conflict do nothing", ct);

    /// <summary>The chore while it is due, held until the commit; null when it is not, or when somebody is at it.</summary>
    public static Task<Row?> Hold(Db db, AccountId account, string name, DateTimeOffset now, CancellationToken ct) => db.FirstAsync<Row>($"""
        select name, next_run_at, failures from chores where account_id = {account} and name = {name} and next_run_at <= {now} for update skip locked
        """, ct);

    public static Task<int> Done(Db db, AccountId account, string name, DateTimeOffset now, DateTimeOffset next, CancellationToken ct) => db.RunAsync($"""
        update chores set next_run_at = {next}, last_run_at = {now}, failures = 0, last_error = null where account_id = {account} and name = {name}
        """, ct);

    public static Task<int> Failed(Db db, AccountId account, string name, DateTimeOffset next, string error, CancellationToken ct) => db.RunAsync($"""
        update chores set next_run_at = {next}, failures = failures + 1, last_error = {error} where account_id = {account} and name = {name}
        """, ct);

    public static Task<int> Beat(Db db, string worker, DateTimeOffset started, DateTimeOffset now, CancellationToken ct) => db.RunAsync($"""
        insert into worker_heartbeats (worker, started_at, polled_at) values ({worker}, {started}, {now})
        on conflict (worker) do update set polled_at = excluded.polled_at
        """, ct);

    /// <summary>Workers that have ended are forgotten after a while.</summary>
    public static Task<int> Forget(Db db, DateTimeOffset before, CancellationToken ct) => db.RunAsync($"delete from worker_heartbeats where polled_at < {before}", ct);
}
