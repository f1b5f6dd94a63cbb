using System.Data.Common;
using Npgsql;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Accounts;

/// <summary>Every statement that writes <c>invitations</c>. Whoever locks users too locks them first.</summary>
internal static class InvitationSql
{
    /// <summary>Where a token leads, before anybody is known.</summary>
    internal sealed record Found(Guid AccountId, Guid Id, string AccountName, string FullName, string Email, bool IsReset);

    public static Task<Found?> ByToken(ReadDb nobody, string token, CancellationToken ct) =>
        nobody.FirstAsync<Found>($"select * from invitation_by_token({InvitationToken.HashOf(token)})", ct);

    public static Task<Invitation?> FindForUpdate(Db db, AccountId account, InvitationId id, CancellationToken ct) =>
        db.FirstAsync($"select {Columns} from invitations where account_id = {account} and id = {id} for update", Read, ct);

    public static async Task<Invitation> Insert(Db db, Invitation invitation, byte[] tokenHash, CancellationToken ct)
    {
        try
        {
            return (await db.FirstAsync($"""
                insert into invitations (account_id, id, email, full_name, role, user_id, token_hash, invited_by, expires_at)
                values ({invitation.AccountId}, {invitation.Id}, {invitation.Email}, {invitation.FullName}, {invitation.Role}, {invitation.UserId}, {tokenHash},
                        {invitation.InvitedBy}, {invitation.ExpiresAt})
                returning {Columns}
                """, Read, ct))!;
        }
        catch (PostgresException twice) when (twice is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "one_open_invitation_per_email" })
        {
            throw InvitationRules.IsInvited();
        }
        catch (PostgresException letters) when (letters is { SqlState: PostgresErrorCodes.CheckViolation, ConstraintName: "an_invited_email_is_stored_in_lower_case" })
        {
            throw UserRules.EmailIsNotLowerCase();
        }
    }

    /// <summary>A new link; the one before it works no longer.</summary>
    public static async Task<Invitation> Renew(Db db, Invitation invitation, byte[] tokenHash, CancellationToken ct) => (await db.FirstAsync($"""
        update invitations set token_hash = {tokenHash}, expires_at = {invitation.ExpiresAt}, invited_by = {invitation.InvitedBy}
        where account_id = {invitation.AccountId} and id = {invitation.Id}
        returning {Columns}
        """, Read, ct))!;

    public static async Task<Invitation> Revoke(Db db, Invitation invitation, DateTimeOffset now, CancellationToken ct) => (await db.FirstAsync($"""
        update invitations set revoked_at = {now}
        where account_id = {invitation.AccountId} and id = {invitation.Id}
        returning {Columns}
        """, Read, ct))!;

    /// <summary>Takes away the links to a new password that a user has.</summary>
    public static Task<List<Invitation>> RevokeResetsOf(Db db, User user, DateTimeOffset now, CancellationToken ct) => db.ListAsync($"""
        update invitations set revoked_at = {now}
        where account_id = {user.AccountId} and user_id = {user.Id} and accepted_at is null and revoked_at is null
        returning {Columns}
        """, Read, ct);

    /// <summary>Uses the link up; of several at once the first does. Null when it does not work, whyever.</summary>
    public static Task<Invitation?> Accept(Db db, AccountId account, InvitationId id, string token, DateTimeOffset now, CancellationToken ct) => db.FirstAsync($"""
        update invitations set accepted_at = {now}
        where account_id = {account} and id = {id} and token_hash = {InvitationToken.HashOf(token)} and accepted_at is null and revoked_at is null and expires_at > {now}
        returning {Columns}
        """, Read, ct);

    private static Sql Columns => $"id, account_id, email, full_name, role, user_id, invited_by, expires_at, accepted_at, revoked_at, created_at, updated_at, version";

    private static Invitation Read(DbDataReader row) => new(
        new(row.GetGuid(0)), new(row.GetGuid(1)), row.GetString(2), row.GetString(3), Words<UserRole>.Parse(row.GetString(4)),
        row.IsDBNull(5) ? null : new UserId(row.GetGuid(5)), new(row.GetGuid(6)), row.GetFieldValue<DateTimeOffset>(7),
        row.IsDBNull(8) ? null : row.GetFieldValue<DateTimeOffset>(8), row.IsDBNull(9) ? null : row.GetFieldValue<DateTimeOffset>(9),
        row.GetFieldValue<DateTimeOffset>(10), row.GetFieldValue<DateTimeOffset>(11), row.GetInt32(12));
}
