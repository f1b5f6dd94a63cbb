using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Accounts;

/// <summary>Somebody leaves the company: their sessions end at once and they cannot sign in, but what they did stays theirs.</summary>
internal static partial class DeactivateUser
{
    public static async Task<Ok<One<User>>> Handle(UserId id, CurrentUser user, Db db, TimeProvider clock, ILogger<User> log, CancellationToken ct)
    {
        var (person, owners) = await Find(db, user, id, ct);
        if (person.DeactivatedAt is not null) return Answers.Ok(person);
        if (owners is [var last] && last == id) throw UserRules.LastOwner();

        var now = clock.GetUtcNow();
        var changed = await UserSql.Save(db, person with { DeactivatedAt = now }, ct);
        await UserSql.RevokeSessions(db, user.Account, id, null, now, ct);
        await AuditLog.Updated(db, user, "user", id, person, changed, ct);
        await db.CommitAsync(ct);
        Deactivated(log, id.Value);

        return Answers.Ok(changed);
    }

    public static async Task<Ok<One<User>>> Undo(UserId id, CurrentUser user, Db db, CancellationToken ct)
    {
        var (person, _) = await Find(db, user, id, ct);
        if (person.DeactivatedAt is null) return Answers.Ok(person);

        var changed = await UserSql.Save(db, person with { DeactivatedAt = null }, ct);
        await AuditLog.Updated(db, user, "user", id, person, changed, ct);
        await db.CommitAsync(ct);

        return Answers.Ok(changed);
    }

    private static async Task<(User Person, List<UserId> Owners)> Find(Db db, CurrentUser user, UserId id, CancellationToken ct)
    {
        var owners = await UserSql.LockOwners(db, user.Account, ct);
        var person = await UserSql.FindForUpdate(db, user.Account, id, ct) ?? throw Missing.Of("user");
        if (person.Role is UserRole.Owner && !owners.Contains(user.Id)) throw UserRules.OnlyAnOwner();

        return (person, owners);
    }

    [LoggerMessage(LogLevel.Information, "User {UserId} deactivated")]
    private static partial void Deactivated(ILogger log, Guid userId);
}
