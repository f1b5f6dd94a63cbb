using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Validation;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Visits;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.TimeEntries;

/// <summary>An entry is corrected. Whoever changes its times says why, and that stays with it; what is on an invoice stays as it is.</summary>
internal static class ChangeTime
{
#pragma warning disable ASP0029 // the generated rules are found by this mark, see Patch
    [ValidatableType]
#pragma warning restore ASP0029
    public sealed record Request(
        VisitId? VisitId,
        [property: Required] TimeKind? Kind,
        [property: Required] DateTimeOffset? StartedAt,
        DateTimeOffset? EndedAt,
        [property: Required] bool? IsBillable,
        [property: StringLength(1000)] string? Note,
        [property: StringLength(500)] string? Reason);

    public static async Task<Ok<One<TimeEntry>>> Handle(TimeEntryId id, Patch<Request> patch, CurrentUser user, Db db, TimeProvider clock, CancellationToken ct)
    {
        var entry = await TimeEntrySql.FindForUpdate(db, user, id, ct) ?? throw Missing.Of("time entry");
        if (patch.IsEmpty) return Answers.Ok(entry);
        if (await TimeEntrySql.IsBilled(db, entry, ct)) throw TimeEntryRules.IsBilled();

        var change = await patch.OverAsync(new(entry.VisitId, entry.Kind, entry.StartedAt, entry.EndedAt, entry.IsBillable, entry.Note, null), ct);
        var changed = Timed(entry, change, clock) with { Kind = change.Kind!.Value, IsBillable = change.IsBillable!.Value, Note = change.Note };
        if (change.VisitId != entry.VisitId)
        {
            if (!user.IsOffice && change.VisitId is null && changed.Kind is not TimeKind.Break) throw TimeEntryRules.NeedsAVisit();
            changed = changed with { VisitId = change.VisitId, JobId = await RecordTime.JobOf(db, user, change.VisitId, ct) };
        }

        changed = await TimeEntrySql.Save(db, changed, ct);
        await AuditLog.Updated(db, user, "time_entry", id, entry, changed, ct);
        await db.CommitAsync(ct);

        return Answers.Ok(changed);
    }

    private static TimeEntry Timed(TimeEntry entry, Request change, TimeProvider clock)
    {
        if (change.StartedAt == entry.StartedAt && change.EndedAt == entry.EndedAt) return entry;
        if (change.Reason is null) throw TimeEntryRules.NeedsAReason();

        if (change.EndedAt is { } end)
        {
            var (from, to) = RecordTime.Times(change.StartedAt!.Value, end, clock);
            return entry with { StartedAt = from, EndedAt = to, EditReason = change.Reason };
        }

        // A running timer may have been started late; an entry that has ended does not run again.
        if (!entry.IsRunning) throw TimeEntryRules.EndsBeforeItStarts();
        var start = TimeEntry.WholeSecond(change.StartedAt!.Value);
        return start <= clock.GetUtcNow() ? entry with { StartedAt = start, EditReason = change.Reason } : throw TimeEntryRules.IsInTheFuture();
    }
}
