using System.Data.Common;
using Outpost.Assistant.Budgets;
using Outpost.Assistant.Catalogue;
using Outpost.Platform.Postgres;

namespace Outpost.Assistant.Keys;

/// <summary>Every statement that writes <c>api_keys</c>. What a key may spend stands in its budget, which the ledger keeps.</summary>
internal static class ApiKeySql
{
    /// <summary>What of a key decides about a call.</summary>
    public sealed record Holder(Guid Id, string[] Scopes, byte[] SecretHash, byte[]? PreviousHash, DateTimeOffset? PreviousUntil, int? CallsPerMinute, DateTimeOffset? ExpiresAt, DateTimeOffset? LastUsedAt);

    private static Sql Columns => $"""
        k.id, k.name, k.scopes, k.calls_per_minute, b.request_limit, b.hour_limit, b.day_limit, k.created_at, k.last_used_at, k.expires_at, k.previous_until, k.revoked_at
        """;

    public static Task<Holder?> HolderOf(ReadDb db, Guid id, CancellationToken ct) => db.ReadAsync(
        [$"select id, scopes, secret_hash, previous_hash, previous_until, calls_per_minute, expires_at, last_used_at from api_keys where id = {id} and revoked_at is null"],
        static (results, token) => results.FirstAsync(ReadHolder, token), ct);

    public static Task<ApiKey?> Find(Db db, Guid id, CancellationToken ct) =>
        db.FirstAsync($"select {Columns} from api_keys k left join budgets b on b.scope = k.id where k.id = {id} for update of k", Read, ct);

    public static Task<List<ApiKey>> List(Db db, CancellationToken ct) =>
        db.ListAsync($"select {Columns} from api_keys k left join budgets b on b.scope = k.id order by k.revoked_at is not null, k.created_at, k.id", Read, ct);

    public static async Task Insert(Db db, Guid id, string name, string[] scopes, byte[] hash, int? callsPerMinute, Guid? madeBy, DateTimeOffset? expiresAt, Limits limits, CancellationToken ct)
    {
        await db.RunAsync($"""
            insert into api_keys (id, name, scopes, secret_hash, calls_per_minute, made_by, expires_at)
            values ({id}, {name}, {scopes}, {hash}, {callsPerMinute}::int, {madeBy}::uuid, {expiresAt}::timestamptz)
            """, ct);
        await db.ValueAsync<object>(LedgerSql.Limit(id, limits), ct);
    }

    /// <summary>Puts a new secret in the place of the one that works now, which goes on until the moment named; one before that ends here.</summary>
    public static Task Exchange(Db db, Guid id, byte[] hash, DateTimeOffset until, CancellationToken ct) =>
        db.RunAsync($"update api_keys set previous_hash = secret_hash, previous_until = {until}, secret_hash = {hash} where id = {id}", ct);

    public static Task Revoke(Db db, Guid id, DateTimeOffset now, CancellationToken ct) => db.RunAsync($"update api_keys set revoked_at = {now} where id = {id} and revoked_at is null", ct);

    public static Task Used(Db db, Guid id, DateTimeOffset now, CancellationToken ct) => db.RunAsync($"update api_keys set last_used_at = {now} where id = {id}", ct);

    private static ApiKey Read(DbDataReader row) => new(
        row.GetGuid(0), row.GetString(1), row.GetFieldValue<string[]>(2), row.IsDBNull(3) ? null : row.GetInt32(3), Amount(row, 4), Amount(row, 5), Amount(row, 6),
        row.GetFieldValue<DateTimeOffset>(7), At(row, 8), At(row, 9), At(row, 10), At(row, 11));

    private static Holder ReadHolder(DbDataReader row) => new(
        row.GetGuid(0), row.GetFieldValue<string[]>(1), row.GetFieldValue<byte[]>(2), row.IsDBNull(3) ? null : row.GetFieldValue<byte[]>(3), At(row, 4),
        row.IsDBNull(5) ? null : row.GetInt32(5), At(row, 6), At(row, 7));

    private static Spend? Amount(DbDataReader row, int column) => row.IsDBNull(column) ? null : new(row.GetInt64(column));

    private static DateTimeOffset? At(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);
}
