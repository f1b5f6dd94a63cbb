using NodaTime;
using Outpost.FieldService.Accounts;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Schedule;

/// <summary>
/// What stands against sending these people somewhere at that time. Who books holds the locks of <see cref="UserSql.LockToSchedule"/>, so that
/// nothing is booked or entered behind what is read here.
/// </summary>
internal sealed class Diary
{
    private readonly List<Engagement> _engagements = [];
    private readonly List<Leave> _leaves = [];
    private readonly Dictionary<Guid, WorkWeek> _weeks = [];

    private Diary()
    {
    }

    public ScheduleSettings Settings { get; private set; } = new();

    private sealed record Engagement(Guid UserId, Guid VisitId, string JobTitle, DateTimeOffset StartsAt, DateTimeOffset EndsAt);

    private sealed record Leave(Guid UserId, Guid Id, string Kind, DateTimeOffset StartsAt, DateTimeOffset EndsAt);

    internal sealed record HoursRow(Guid UserId, string? TimeZone, short? Weekday, short? FromMinute, short? ToMinute);

    /// <param name="except">The visit that is moved: it is not in its own way.</param>
    public static Task<Diary> OpenAsync(Db db, CurrentUser user, IEnumerable<UserId> people, DateTimeOffset from, DateTimeOffset to, Guid except, CancellationToken ct)
    {
        var ids = people.Select(person => person.Value).ToArray();
        return db.ReadAsync(
            [
                $"select settings::text from accounts where id = {user.Account}",
                $"""
                select t.user_id, t.visit_id, j.title as job_title, t.starts_at, t.ends_at
                from visit_technicians t
                join visits v on v.account_id = t.account_id and v.id = t.visit_id
                join jobs j on j.account_id = v.account_id and j.id = v.job_id
                where t.account_id = {user.Account} and t.user_id = any ({ids}) and t.blocks and t.visit_id <> {except}
                  and t.starts_at < {to} and t.starts_at > {from - Appointment.Longest} and t.ends_at > {from}
                order by t.starts_at, t.visit_id
                """,
                $"""
                select user_id, id, kind, starts_at, ends_at from absences
                where account_id = {user.Account} and user_id = any ({ids}) and status = 'approved' and starts_at < {to} and ends_at > {from}
                order by starts_at, id
                """,
                Weeks(user.Account, ids),
            ],
            async (results, token) =>
            {
                var diary = new Diary { Settings = AccountSettings.Read(await results.FirstAsync(row => row.GetString(0), token)).Schedule };
                diary._engagements.AddRange(await results.ListAsync<Engagement>(token));
                diary._leaves.AddRange(await results.ListAsync<Leave>(token));
                foreach (var (person, week) in WeeksOf(await results.ListAsync<HoursRow>(token), user.TimeZone)) diary._weeks.Add(person, week);
                return diary;
            }, ct);
    }

    /// <summary>The stated weeks of these people, an hour a row; a stated week without hours is one row.</summary>
    public static Sql Weeks(AccountId account, Guid[] people) => $"""
        select w.user_id, w.time_zone, h.weekday, h.from_minute, h.to_minute
        from working_weeks w left join working_hours h on h.account_id = w.account_id and h.user_id = w.user_id
        where w.account_id = {account} and w.user_id = any ({people})
        order by w.user_id, h.weekday, h.from_minute
        """;

    public static Dictionary<Guid, WorkWeek> WeeksOf(IEnumerable<HoursRow> rows, string accountZone) => rows.GroupBy(row => row.UserId).ToDictionary(
        person => person.Key,
        person => new WorkWeek(
            SiteTime.ZoneOrUtc(person.First().TimeZone ?? accountZone),
            [.. person.Where(row => row.Weekday is not null).Select(row => new Hours(row.Weekday!.Value, row.FromMinute!.Value, row.ToMinute!.Value))]));

    /// <summary>Why this person cannot come then; empty when they can.</summary>
    public IEnumerable<ScheduleWarning> Against(User person, Appointment at)
    {
        var zone = SiteTime.ZoneOrUtc(at.TimeZone);
        foreach (var other in _engagements.Where(e => e.UserId == person.Id.Value))
        {
            yield return new(
                ScheduleWarningKind.Overlap, $"{person.FullName} is booked for “{other.JobTitle}” {Said(other.StartsAt, other.EndsAt, zone)}.", person.Id,
                VisitId: other.VisitId, StartsAt: other.StartsAt, EndsAt: other.EndsAt);
        }

        foreach (var leave in _leaves.Where(l => l.UserId == person.Id.Value))
        {
            yield return new(
                ScheduleWarningKind.Absence, $"{person.FullName} is away {Said(leave.StartsAt, leave.EndsAt, zone)}.", person.Id,
                AbsenceId: leave.Id, StartsAt: leave.StartsAt, EndsAt: leave.EndsAt);
        }

        if (_weeks.TryGetValue(person.Id.Value, out var week) && !week.Covers(at.Start, at.End))
        {
            yield return new(ScheduleWarningKind.OutsideHours, $"{person.FullName} does not usually work then.", person.Id, StartsAt: at.Start, EndsAt: at.End);
        }
    }

    // By the clock of the site that is booked for.
    private static string Said(DateTimeOffset from, DateTimeOffset to, DateTimeZone zone)
    {
        var (start, end) = (SiteTime.Local(from, zone), SiteTime.Local(to, zone));
        return FormattableString.Invariant($"from {start:uuuu-MM-dd HH:mm} to {(start.Date == end.Date ? end.ToString("HH:mm", null) : end.ToString("uuuu-MM-dd HH:mm", null))}");
    }
}
