using System.ComponentModel.DataAnnotations;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Schedule;

/// <summary>The office books although somebody is not free, and says why.</summary>
public sealed record Override([property: Required, StringLength(500, MinimumLength = 3)] string Reason);

/// <summary>A booking that may stand: everybody is free, or what is in the way was accepted.</summary>
/// <param name="Warnings">What was found and accepted; empty when nothing was.</param>
internal sealed record Placement(IReadOnlyList<ScheduleWarning> Warnings, Override? Override)
{
    public static readonly Placement Unchanged = new([], null);

    /// <summary>Somebody is in two places, and that is meant: the database lets it stand.</summary>
    public bool IsDoubleBooked => Warnings.Any(warning => warning.Kind is ScheduleWarningKind.Overlap);

    /// <summary>What the audit log keeps beside the visit; null when nothing was in the way.</summary>
    public object? Accepted => Warnings.Where(warning => warning.Kind is not ScheduleWarningKind.ClockChange).ToList() is { Count: > 0 } conflicts
        ? new { AllowedBy = Override is null ? "setting" : "override", Override?.Reason, Conflicts = conflicts }
        : null;

    /// <summary>
    /// Locks everybody who goes and sees who is free. The lock is the last one that a booking takes, after the job's and the visit's; from then on these
    /// people's time is the caller's until the commit.
    /// </summary>
    /// <param name="visit">The visit that is placed; it is not in its own way.</param>
    /// <param name="going">Everybody who goes.</param>
    /// <param name="asked">Those of them whose time is asked for anew.</param>
    /// <exception cref="RuleException">NOT_FOUND, PRECONDITION_FAILED, SCHEDULE_CONFLICT</exception>
    public static async Task<Placement> FindAsync(
        Db db, CurrentUser user, Guid visit, Appointment at, IReadOnlyList<UserId> going, IReadOnlyCollection<UserId> asked, Func<User, RuleException?> mayGo, Override? over, CancellationToken ct)
    {
        var warnings = new List<ScheduleWarning>();
        if (at.HasMoved)
        {
            warnings.Add(new(
                ScheduleWarningKind.ClockChange, $"The clocks change at the site: that time does not exist there. The visit is from {at.LocalStart:uuuu-MM-dd HH:mm} to {at.LocalEnd:uuuu-MM-dd HH:mm}.",
                StartsAt: at.Start, EndsAt: at.End));
        }

        if (going.Count == 0) return new(warnings, over);

        var people = await UserSql.LockToSchedule(db, user.Account, going, ct);
        if (people.Count < going.Count) throw Missing.Of("user", going[0] is var lead && people.All(person => person.Id != lead) ? "assigned_user_id" : "technician_ids");
        if (people.Where(person => asked.Contains(person.Id)).Select(mayGo).FirstOrDefault(refusal => refusal is not null) is { } refused) throw refused;
        if (asked.Count == 0) return new(warnings, over);

        var diary = await Diary.OpenAsync(db, user, asked, at.Start, at.End, visit, ct);
        var conflicts = people.Where(person => asked.Contains(person.Id)).SelectMany(person => diary.Against(person, at)).ToList();
        if (over is null && conflicts.Where(conflict => conflict.By(diary.Settings) is WhenItDoesNotFit.Refuse).ToList() is { Count: > 0 } refusals)
        {
            throw ScheduleRules.DoesNotFit(refusals);
        }

        return new([.. warnings, .. conflicts], over);
    }
}
