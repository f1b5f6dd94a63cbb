using System.Data.Common;
using System.Text.Json.Nodes;
using Npgsql;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Automations;

/// <summary>Every statement that writes <c>automations</c>.</summary>
internal static class AutomationSql
{
    public static Task<Automation?> Find(Db db, AccountId account, AutomationId id, CancellationToken ct) =>
        db.FirstAsync($"select {Columns} from automations where account_id = {account} and id = {id}", Read, ct);

    public static Task<Automation?> FindForUpdate(Db db, AccountId account, AutomationId id, CancellationToken ct) =>
        db.FirstAsync($"select {Columns} from automations where account_id = {account} and id = {id} for update", Read, ct);

    public static Task<int?> LockVersion(Db db, CurrentUser user, Guid id, CancellationToken ct) =>
        db.ValueAsync<int?>($"select version from automations where account_id = {user.Account} and id = {id} for update", ct);

    /// <summary>The automation if it is still due; null when it is not, or when somebody is running it at this moment.</summary>
    public static Task<Automation?> FindDue(Db db, AccountId account, AutomationId id, DateTimeOffset now, CancellationToken ct) => db.FirstAsync($"""
        select {Columns} from automations where account_id = {account} and id = {id} and enabled and next_run_at <= {now} for update skip locked
        """, Read, ct);

    public static async Task<Automation> Insert(Db db, Automation automation, CancellationToken ct)
    {
        try
        {
            return (await db.FirstAsync($"""
                insert into automations (account_id, id, type, enabled, config, next_run_at)
                values ({automation.AccountId}, {automation.Id}, {automation.Type}, {automation.Enabled}, {new Json(automation.Config.ToJsonString())}, {automation.NextRunAt})
                returning {Columns}
                """, Read, ct))!;
        }
        catch (PostgresException taken) when (taken is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "one_automation_of_a_type" })
        {
            throw AutomationRules.OneOfAType();
        }
    }

    public static async Task<Automation> Save(Db db, Automation automation, CancellationToken ct) => (await db.FirstAsync($"""
        update automations
        set enabled = {automation.Enabled}, config = {new Json(automation.Config.ToJsonString())}, next_run_at = {automation.NextRunAt}, last_run_at = {automation.LastRunAt},
            failures = {automation.Failures}, last_error = {automation.LastError}, failed_at = {automation.FailedAt}
        where account_id = {automation.AccountId} and id = {automation.Id}
        returning {Columns}
        """, Read, ct))!;

    /// <summary>When it looks next and how it went; what it is told is left alone, whatever somebody has put there.</summary>
    public static Task<int> SaveRun(Db db, Automation automation, CancellationToken ct) => db.RunAsync($"""
        update automations
        set next_run_at = {automation.NextRunAt}, last_run_at = {automation.LastRunAt}, failures = {automation.Failures}, last_error = {automation.LastError}, failed_at = {automation.FailedAt}
        where account_id = {automation.AccountId} and id = {automation.Id}
        """, ct);

    public static Task<int> Delete(Db db, Automation automation, CancellationToken ct) =>
        db.RunAsync($"delete from automations where account_id = {automation.AccountId} and id = {automation.Id}", ct);

    private static Sql Columns => $"id, account_id, type, enabled, config::text, next_run_at, last_run_at, failures, last_error, failed_at, created_at, updated_at, version";

    private static Automation Read(DbDataReader row) => new(
        new(row.GetGuid(0)),
        new(row.GetGuid(1)),
        Words<AutomationType>.Parse(row.GetString(2)),
        row.GetBoolean(3),
        ConfigOf(row.GetString(4)),
        row.GetFieldValue<DateTimeOffset>(5),
        Time(row, 6),
        row.GetInt32(7),
        row.IsDBNull(8) ? null : row.GetString(8),
        Time(row, 9),
        row.GetFieldValue<DateTimeOffset>(10),
        row.GetFieldValue<DateTimeOffset>(11),
        row.GetInt32(12));

    /// <summary>Somebody may have put there anything that is JSON. What is no object is shown under a name that no type knows, so it is refused like any other mistake.</summary>
    internal static JsonObject ConfigOf(string json) => JsonNode.Parse(json) switch
    {
        JsonObject config => config,
        var other => new JsonObject { ["value"] = other },
    };

    private static DateTimeOffset? Time(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);
}
