using System.ComponentModel.DataAnnotations;
using Npgsql;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;
using Outpost.Platform.Secrets;

namespace Outpost.FieldService.Accounts;

/// <summary>A person as <c>outpost user list</c> shows them.</summary>
public sealed record ListedUser(Guid Id, string Account, string Email, string FullName, string Role, DateTimeOffset? DeactivatedAt, DateTimeOffset CreatedAt);

/// <summary>The owner that the first start has made. The password is shown once and kept nowhere.</summary>
public sealed record FirstOwner(Guid Id, string Account, string Email, string Password);

/// <summary>
/// What the operator of the server does with users from the command line. Works as the owner of the database, who is not bound by row-level
/// security and sees all accounts; every change is in the audit log without an actor.
/// </summary>
public static class UserAdministration
{
    public const string FirstEmail = "admin@example.com";

    // The number is nothing but unlike others: who makes the first owner holds it.
    private const long FirstOwnerLock = 6_021_957_330_114;

    /// <param name="account">The account's name; null when there is only one.</param>
    /// <exception cref="RuleException">NOT_FOUND, CONFLICT, VALIDATION_ERROR</exception>
    public static async Task<Guid> AddAsync(NpgsqlDataSource owner, string? account, string email, string fullName, UserRole role, string password, CancellationToken ct)
    {
        email = Email(email);
        if (fullName.Trim() is not { Length: > 0 and <= 255 } name || name.Contains('\0')) throw UserRules.NoName();

        var hash = await HashAsync(password, ct);
        await using var db = new Db(owner, null);
        return (await Insert(db, await Find(db, account, ct), email, name, role, hash, ct)).Id.Value;
    }

    /// <summary>Everybody of all accounts.</summary>
    public static async Task<List<ListedUser>> ListAsync(NpgsqlDataSource owner, CancellationToken ct) => await new ReadDb(owner, null).ListAsync<ListedUser>($"""
        select u.id, a.name as account, u.email, u.full_name, u.role, u.deactivated_at, u.created_at
        from users u
        join accounts a on a.id = u.account_id
        order by lower(a.name), a.id, lower(u.full_name), u.id
        """, ct);

    /// <summary>Sets somebody's password and ends all their sessions.</summary>
    /// <exception cref="RuleException">NOT_FOUND, VALIDATION_ERROR</exception>
    public static async Task SetPasswordAsync(NpgsqlDataSource owner, string email, string password, TimeProvider clock, CancellationToken ct)
    {
        email = Email(email);
        var hash = await HashAsync(password, ct);

        await using var db = new Db(owner, null);
        var person = await UserSql.FindByEmailForUpdate(db, email, ct) ?? throw Missing.Of("user", "email");
        await UserSql.SetPassword(db, person.AccountId, person.Id, hash, ct);
        await UserSql.RevokeSessions(db, person.AccountId, person.Id, null, clock.GetUtcNow(), ct);
        await AuditLog.UpdatedByOperator(db, person.AccountId, "user", person.Id, new { }, new ChangeUser.PasswordChange(true), ct);
        await db.CommitAsync(ct);
    }

    /// <summary>Makes the first account with its owner when nobody can sign in yet. Safe to run from several processes at once.</summary>
    /// <returns>The one that was made, with the generated password; null when there are users already.</returns>
    public static async Task<FirstOwner?> FirstOwnerAsync(NpgsqlDataSource owner, string accountName, CancellationToken ct)
    {
        await using var db = new Db(owner, null);
        await db.RunAsync($"select pg_advisory_xact_lock({FirstOwnerLock})", ct);
        if (await db.ValueAsync<bool>($"select exists (select from users)", ct)) return null;

        var password = Secret.Password();
        var hash = await PasswordHash.HashAsync(password, ct);
        var account = AccountId.New();
        await db.RunAsync($"insert into accounts (id, name) values ({account}, {accountName})", ct);
        var first = await Insert(db, account, FirstEmail, "Administrator", UserRole.Owner, hash, ct);
        return new(first.Id.Value, accountName, FirstEmail, password);
    }

    private static async Task<User> Insert(Db db, AccountId account, string email, string fullName, UserRole role, string hash, CancellationToken ct)
    {
        var user = await UserSql.Insert(db, new(UserId.New(), account, email, fullName, null, role, null, default, default), hash, ct);
        await AuditLog.InsertedByOperator(db, account, "user", user.Id, user, ct);
        await db.CommitAsync(ct);
        return user;
    }

    private static async Task<AccountId> Find(Db db, string? name, CancellationToken ct)
    {
        Sql named = $"where name = {name}";
        return await db.ListAsync($"select id from accounts {Sql.If(name is not null, named)} limit 2", row => new AccountId(row.GetGuid(0)), ct) switch
        {
            [] => throw Missing.Of("account", "account"),
            [var one] => one,
            _ => throw UserRules.AccountIsUnclear(),
        };
    }

    private static string Email(string text) =>
        text.Trim().ToLowerInvariant() is { Length: <= 320 } email && new EmailAddressAttribute().IsValid(email) && !email.Contains('\0') ? email : throw UserRules.NoEmail();

    private static Task<string> HashAsync(string password, CancellationToken ct) =>
        password.Length is >= CreateUser.ShortestPassword and <= CreateUser.LongestPassword
            ? PasswordHash.HashAsync(password, ct)
            : throw UserRules.PasswordLength(CreateUser.ShortestPassword, CreateUser.LongestPassword);
}
