using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Validation;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;
using Outpost.Platform.Secrets;

namespace Outpost.FieldService.Accounts;

/// <summary>
/// The office changes what somebody is called, may do or signs in with. A new role holds from the next request on; a new password ends the
/// sessions that the old one opened.
/// </summary>
internal static partial class ChangeUser
{
#pragma warning disable ASP0029 // it is only ever laid over a user, so no endpoint takes it as a body and the generator has to be told
    [ValidatableType]
#pragma warning restore ASP0029
    public sealed record Request(
        [property: Required, StringLength(255)] string FullName,
        [property: StringLength(50)] string? Phone,
        [property: Required] UserRole? Role,
        [property: StringLength(CreateUser.LongestPassword, MinimumLength = CreateUser.ShortestPassword), JsonConverter(typeof(VerbatimText))] string? Password);

    public static async Task<Ok<One<User>>> Handle(UserId id, Patch<Request> patch, CurrentUser user, Db db, TimeProvider clock, ILogger<User> log, CancellationToken ct)
    {
        var owners = await UserSql.LockOwners(db, user.Account, ct);
        var person = await UserSql.FindForUpdate(db, user.Account, id, ct) ?? throw Missing.Of("user");
        if (patch.IsEmpty) return Answers.Ok(person);

        var change = await patch.OverAsync(new(person.FullName, person.Phone, person.Role, null), ct);
        var role = change.Role!.Value;
        if (UserRole.Owner == person.Role || UserRole.Owner == role)
        {
            if (!owners.Contains(user.Id)) throw UserRules.OnlyAnOwner();
            if (role is not UserRole.Owner && owners is [var last] && last == id) throw UserRules.LastOwner();
        }

        if (change.Password is not null && id == user.Id) throw UserRules.OwnPassword();

        var changed = await UserSql.Save(db, person with { FullName = change.FullName, Phone = change.Phone, Role = role }, ct);
        if (change.Password is not null)
        {
            await UserSql.SetPassword(db, user.Account, id, await PasswordHash.HashAsync(change.Password, ct), ct);
            await UserSql.RevokeSessions(db, user.Account, id, null, clock.GetUtcNow(), ct);
            await AuditLog.Updated(db, user, "user", id, new { }, new PasswordChange(true), ct);
        }

        if (changed with { UpdatedAt = person.UpdatedAt, Version = person.Version } != person) await AuditLog.Updated(db, user, "user", id, person, changed, ct);
        await db.CommitAsync(ct);
        Changed(log, id.Value, role);

        return Answers.Ok(changed);
    }

    /// <summary>What the audit log keeps of a new password.</summary>
    internal sealed record PasswordChange(bool PasswordChanged);

    [LoggerMessage(LogLevel.Information, "User {UserId} changed, is {Role}")]
    private static partial void Changed(ILogger log, Guid userId, UserRole role);
}
