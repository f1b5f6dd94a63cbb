using System.Data.Common;
using Npgsql;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Accounts;

/// <summary>Every statement that writes <c>users</c>, and what ends their sessions. The lock order is all owners, then the user.</summary>
internal static class UserSql
{
    /// <summary>
    /// Locks the account's active owners and says who they are. Whoever may take away an owner comes through here, one after the other, so
    /// that two who take away each other do not leave the company without one.
    /// </summary>
    public static Task<List<UserId>> LockOwners(Db db, AccountId account, CancellationToken ct) => db.ListAsync($"""
        select id from users
        where account_id = {account} and role = 'owner' and deactivated_at is null
        order by id
        for update
        """, row => new UserId(row.GetGuid(0)), ct);

    public static Task<User?> FindForUpdate(Db db, AccountId account, UserId id, CancellationToken ct) =>
        db.FirstAsync($"select {Columns} from users where account_id = {account} and id = {id} for update", Read, ct);

    /// <inheritdoc cref="Web.LockVersion"/>
    public static async Task<int?> LockVersion(Db db, CurrentUser user, Guid id, CancellationToken ct)
    {
        await LockOwners(db, user.Account, ct);
        return (await FindForUpdate(db, user.Account, new(id), ct))?.Version;
    }

    /// <summary>Keeps the user from being deactivated until the commit.</summary>
    public static Task<User?> FindForShare(Db db, AccountId account, UserId id, CancellationToken ct) =>
        db.FirstAsync($"select {Columns} from users where account_id = {account} and id = {id} for share", Read, ct);

    /// <summary>
    /// Locks these people against each other's bookings and keeps them from being deactivated until the commit. Owners come first and then everybody by id:
    /// the order of <see cref="LockOwners"/>, so that no two requests wait for each other.
    /// </summary>
    public static Task<List<User>> LockToSchedule(Db db, AccountId account, IEnumerable<UserId> ids, CancellationToken ct) => db.ListAsync($"""
        select {Columns} from users
        where account_id = {account} and id = any ({ids.Select(id => id.Value).ToArray()})
        order by role <> 'owner', id
        for no key update
        """, Read, ct);

    public static Task<User?> FindByEmailForUpdate(Db db, string email, CancellationToken ct) =>
        db.FirstAsync($"select {Columns} from users where email = {email} for update", Read, ct);

    public static async Task<User> Insert(Db db, User user, string passwordHash, CancellationToken ct)
    {
        try
        {
            return (await db.FirstAsync($"""
                insert into users (account_id, id, email, full_name, phone, password_hash, role)
                values ({user.AccountId}, {user.Id}, {user.Email}, {user.FullName}, {user.Phone}, {passwordHash}, {user.Role})
                returning {Columns}
                """, Read, ct))!;
        }
        catch (PostgresException taken) when (taken is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "one_user_per_email" })
        {
            throw UserRules.EmailIsTaken();
        }
        catch (PostgresException letters) when (letters is { SqlState: PostgresErrorCodes.CheckViolation, ConstraintName: "an_email_is_stored_in_lower_case" })
        {
            throw UserRules.EmailIsNotLowerCase();
        }
    }

    public static async Task<User> Save(Db db, User user, CancellationToken ct) => (await db.FirstAsync($"""
        update users
        set full_name = {user.FullName}, phone = {user.Phone}, role = {user.Role}, deactivated_at = {user.DeactivatedAt}
        where account_id = {user.AccountId} and id = {user.Id}
        returning {Columns}
        """, Read, ct))!;

    public static Task<int> SetPassword(Db db, AccountId account, UserId id, string passwordHash, CancellationToken ct) =>
        db.RunAsync($"update users set password_hash = {passwordHash} where account_id = {account} and id = {id}", ct);

    /// <summary>Sets the password unless it is no longer the one that was checked.</summary>
    /// <returns>False when it was changed meanwhile.</returns>
    public static async Task<bool> ReplacePassword(Db db, AccountId account, UserId id, string checkedHash, string passwordHash, CancellationToken ct) =>
        await db.RunAsync($"""
            update users set password_hash = {passwordHash}
            where account_id = {account} and id = {id} and password_hash = {checkedHash} and deactivated_at is null
            """, ct) == 1;

    /// <summary>Ends the sessions of a user from the next request on.</summary>
    /// <param name="except">The session that goes on; null ends all.</param>
    public static Task<int> RevokeSessions(Db db, AccountId account, UserId id, SessionId? except, DateTimeOffset now, CancellationToken ct) => db.RunAsync($"""
        update sessions set revoked_at = {now}
        where account_id = {account} and user_id = {id} and revoked_at is null
        {Sql.If(except is not null, $"and id <> {except}")}
        """, ct);

    private static Sql Columns => $"id, account_id, email, full_name, phone, role, deactivated_at, created_at, updated_at, version";

    private static User Read(DbDataReader row) => new(
        new(row.GetGuid(0)),
        new(row.GetGuid(1)),
        row.GetString(2),
        row.GetString(3),
        row.IsDBNull(4) ? null : row.GetString(4),
        Words<UserRole>.Parse(row.GetString(5)),
        row.IsDBNull(6) ? null : row.GetFieldValue<DateTimeOffset>(6),
        row.GetFieldValue<DateTimeOffset>(7),
        row.GetFieldValue<DateTimeOffset>(8))
    {
        Version = row.GetInt32(9),
    };
}
