using System.Data.Common;
using Outpost.FieldService.Accounts;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.ApiKeys;

/// <summary>Every statement that writes <c>api_keys</c>, but for the moment of last use, which <c>api_key_holder</c> notes.</summary>
internal static class ApiKeySql
{
    public static Task<ApiKey?> FindForUpdate(Db db, AccountId account, ApiKeyId id, CancellationToken ct) =>
        db.FirstAsync($"select {Columns} from api_keys k where k.account_id = {account} and k.id = {id} for update", Read, ct);

    /// <inheritdoc cref="Web.LockVersion"/>
    public static Task<int?> LockVersion(Db db, CurrentUser user, Guid id, CancellationToken ct) =>
        db.ValueAsync<int?>($"select version from api_keys where account_id = {user.Account} and id = {id} for update", ct);

    /// <summary>How many keys of a person work; the person is locked until the commit, so that two requests at once count one after the other.</summary>
    public static async Task<int> CountOfLocked(Db db, CurrentUser user, DateTimeOffset now, CancellationToken ct)
    {
        await UserSql.FindForUpdate(db, user.Account, user.Id, ct);
        return await db.ValueAsync<int>($"""
            select count(*)::int from api_keys
            where account_id = {user.Account} and user_id = {user.Id} and revoked_at is null and (expires_at is null or expires_at > {now})
            """, ct);
    }

    public static async Task<ApiKey> Insert(Db db, ApiKey key, byte[] hash, CancellationToken ct) => (await db.FirstAsync($"""
        insert into api_keys as k (account_id, id, user_id, name, scopes, secret_hash, allowed_networks, expires_at)
        values ({key.AccountId}, {key.Id}, {key.UserId}, {key.Name}, {key.Scopes.ToArray()}, {hash}, {key.AllowedNetworks?.ToArray()}::text[]::cidr[], {key.ExpiresAt})
        returning {Columns}
        """, Read, ct))!;

    public static async Task<ApiKey> Save(Db db, ApiKey key, CancellationToken ct) => (await db.FirstAsync($"""
        update api_keys as k set name = {key.Name}, revoked_at = {key.RevokedAt}
        where account_id = {key.AccountId} and id = {key.Id}
        returning {Columns}
        """, Read, ct))!;

    /// <summary>Puts a new secret in the place of the one that works now, which goes on until the moment named; one before that ends here.</summary>
    public static async Task<ApiKey> Exchange(Db db, ApiKey key, byte[] hash, DateTimeOffset until, CancellationToken ct) => (await db.FirstAsync($"""
        update api_keys as k set previous_hash = secret_hash, previous_until = {until}, secret_hash = {hash}
        where account_id = {key.AccountId} and id = {key.Id}
        returning {Columns}
        """, Read, ct))!;

    public static Sql Columns => $"""
        k.id, k.account_id, k.user_id, k.name, k.scopes, k.allowed_networks::text[], k.expires_at, k.previous_until, k.last_used_at, k.revoked_at, k.created_at,
        k.updated_at, k.version
        """;

    public static ApiKey Read(DbDataReader row) => new(
        new(row.GetGuid(0)),
        new(row.GetGuid(1)),
        new(row.GetGuid(2)),
        row.GetString(3),
        row.GetFieldValue<string[]>(4),
        row.IsDBNull(5) ? null : row.GetFieldValue<string[]>(5),
        At(row, 6),
        At(row, 7),
        At(row, 8),
        At(row, 9),
        row.GetFieldValue<DateTimeOffset>(10),
        row.GetFieldValue<DateTimeOffset>(11))
    {
        Version = row.GetInt32(12),
    };

    private static DateTimeOffset? At(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);
}
