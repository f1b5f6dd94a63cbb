using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;
using Outpost.Platform.Secrets;

namespace Outpost.FieldService.Accounts;

/// <summary>Somebody joins the company and may sign in. Only an owner makes an owner.</summary>
internal static partial class CreateUser
{
    public const int ShortestPassword = 8;
    public const int LongestPassword = 1024;

    public sealed record Request(
        [property: Required, EmailAddress, StringLength(320)] string Email,
        [property: Required, StringLength(255)] string FullName,
        [property: StringLength(50)] string? Phone,
        [property: Required] UserRole? Role,
        [property: Required, StringLength(LongestPassword, MinimumLength = ShortestPassword), JsonConverter(typeof(VerbatimText))] string Password);

    public static async Task<Created<One<User>>> Handle(Request request, CurrentUser user, Db db, ILogger<User> log, CancellationToken ct)
    {
        var role = request.Role!.Value;
        if (role is UserRole.Owner && user.Role is not UserRole.Owner) throw UserRules.OnlyAnOwner();

        var hash = await PasswordHash.HashAsync(request.Password, ct);
        if (role is UserRole.Owner && !(await UserSql.LockOwners(db, user.Account, ct)).Contains(user.Id)) throw UserRules.OnlyAnOwner();

        var created = await UserSql.Insert(db, new(
            UserId.New(), user.Account, request.Email.ToLowerInvariant(), request.FullName, request.Phone, role, null, default, default), hash, ct);
        await AuditLog.Inserted(db, user, "user", created.Id, created, ct);
        await db.CommitAsync(ct);
        Created(log, created.Id.Value, role);

        return Answers.Created($"/api/v1/users/{created.Id.Value}", created);
    }

    [LoggerMessage(LogLevel.Information, "User {UserId} created as {Role}")]
    private static partial void Created(ILogger log, Guid userId, UserRole role);
}
