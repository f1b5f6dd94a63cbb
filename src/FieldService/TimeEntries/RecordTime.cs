using System.ComponentModel.DataAnnotations;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Jobs;
using Outpost.FieldService.Visits;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.TimeEntries;

/// <summary>Time that nobody measured is written down afterwards: by whoever spent it, or by the office for them.</summary>
internal static class RecordTime
{
    /// <param name="UserId">Whose time it is; the caller's own when it is left out.</param>
    /// <param name="VisitId">Where it was spent; the office may leave it out, a technician for a break only.</param>
    public sealed record Request(
        UserId? UserId,
        VisitId? VisitId,
        [property: Required] TimeKind? Kind,
        [property: Required] DateTimeOffset? StartedAt,
        [property: Required] DateTimeOffset? EndedAt,
        bool? IsBillable,
        [property: StringLength(1000)] string? Note);

    public static async Task<IResult> Handle(Request request, CurrentUser user, Db db, Idempotency idempotency, TimeProvider clock, CancellationToken ct)
    {
        if (await idempotency.ReplayAsync(request, null, ct) is { } replay) return replay;

        var person = request.UserId ?? user.Id;
        if (!user.IsOffice && person != user.Id) throw TimeEntryRules.NotTheirs();
        if (!user.IsOffice && request is { VisitId: null, Kind: not TimeKind.Break }) throw TimeEntryRules.NeedsAVisit();
        if (person != user.Id && await UserSql.FindForShare(db, user.Account, person, ct) is null) throw Missing.Of("user", "user_id");

        var (from, to) = Times(request.StartedAt!.Value, request.EndedAt!.Value, clock);
        var job = await JobOf(db, user, request.VisitId, ct);
        var entry = await TimeEntrySql.Insert(db, new(
            TimeEntryId.New(), user.Account, person, request.VisitId, job, request.Kind!.Value, from, to, request.IsBillable ?? request.Kind is not TimeKind.Break, request.Note, null,
            user.Id, default, default), ct);
        await AuditLog.Inserted(db, user, "time_entry", entry.Id, entry, ct);
        return await idempotency.CommitAsync(StatusCodes.Status201Created, new One<TimeEntry>(entry), ct);
    }

    /// <exception cref="Kernel.RuleException">VALIDATION_ERROR</exception>
    internal static (DateTimeOffset From, DateTimeOffset To) Times(DateTimeOffset start, DateTimeOffset end, TimeProvider clock)
    {
        var (from, to) = (TimeEntry.WholeSecond(start), TimeEntry.WholeSecond(end));
        if (to <= from) throw TimeEntryRules.EndsBeforeItStarts();
        if (to - from > TimeEntryRules.Longest) throw TimeEntryRules.IsTooLong();
        if (to > clock.GetUtcNow()) throw TimeEntryRules.IsInTheFuture();

        return (from, to);
    }

    internal static async Task<JobId?> JobOf(Db db, CurrentUser user, VisitId? visit, CancellationToken ct) =>
        visit is { } id ? await VisitWork.JobOf(db, user.Account, id, ct) ?? throw Missing.Of("visit", "visit_id") : null;
}
