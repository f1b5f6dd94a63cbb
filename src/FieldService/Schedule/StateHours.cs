using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Schedule;

/// <summary>When somebody works in an ordinary week: the office states it as a whole, and takes it back so that nothing is known.</summary>
internal static class StateHours
{
    public sealed record Request([property: StringLength(64)] string? TimeZone, [property: Required, MaxLength(70)] IReadOnlyList<StatedHours> Hours);

    public static async Task<Ok<One<StatedWeek>>> Handle(UserId id, Request request, CurrentUser user, Db db, CancellationToken ct)
    {
        var stated = new StatedWeek(id, request.TimeZone, request.Hours);
        stated.SeeThatItMakesSense();
        var before = await LockedAsync(db, user, id, ct);

        var week = await WorkWeekSql.Save(db, user.Account, stated, ct);
        if (before is null) await AuditLog.Inserted(db, user, "working_week", id, week, ct);
        else await AuditLog.Updated(db, user, "working_week", id, before, week, ct);
        await db.CommitAsync(ct);

        return Answers.Ok(week);
    }

    public static async Task<NoContent> Undo(UserId id, CurrentUser user, Db db, CancellationToken ct)
    {
        var before = await LockedAsync(db, user, id, ct) ?? throw Missing.Of("working week");

        await WorkWeekSql.Delete(db, user.Account, id, ct);
        await AuditLog.Deleted(db, user, "working_week", id, before, ct);
        await db.CommitAsync(ct);

        return TypedResults.NoContent();
    }

    /// <summary>A technician finds their own only.</summary>
    public static async Task<Ok<One<StatedWeek>>> Read(UserId id, CurrentUser user, ReadDb db, CancellationToken ct) => Answers.Ok(
        (user.IsOffice || id == user.Id ? await WorkWeekSql.Find(db, user.Account, id, ct) : null) ?? throw Missing.Of("working week"));

    private static async Task<StatedWeek?> LockedAsync(Db db, CurrentUser user, UserId id, CancellationToken ct)
    {
        if (await UserSql.LockToSchedule(db, user.Account, [id], ct) is []) throw Missing.Of("user");
        return await WorkWeekSql.Find(db, user.Account, id, ct);
    }

    /// <inheritdoc cref="LockVersion"/>
    public static async Task<int?> LockVersion(Db db, CurrentUser user, Guid id, CancellationToken ct) =>
        await UserSql.LockToSchedule(db, user.Account, [new(id)], ct) is [] ? null : (await WorkWeekSql.Find(db, user.Account, new(id), ct))?.Version;
}
