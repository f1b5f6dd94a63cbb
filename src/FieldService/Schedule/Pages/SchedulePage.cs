using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.FieldService.Web.Pages;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Schedule.Pages;

/// <summary>Who goes where and when: a day by technician, a week, or a month. A technician sees the own part.</summary>
[Requires(Ability.ReadJobs)]
internal sealed class SchedulePage(ReadDb db, WallClock clock, TimeProvider time) : PageModel
{
    private const int MostWaiting = 30;

    /// <summary>The hours a day's board shows when nothing is earlier or later.</summary>
    private const int Morning = 7, Evening = 18, Early = 6, Late = 20;

    public enum Look { Day, Week, Month }

    /// <summary>Work that is agreed and has no date.</summary>
    public sealed record Waiting(Guid Id, string Title, int Priority, string ClientName, string? City, long Total);

    /// <summary>Something on the board of a day, in quarters of an hour from its beginning.</summary>
    public sealed record Place(int From, int Quarters);

    public WallClock Clock => clock;

    public CurrentUser Viewer => HttpContext.Caller();

    public Look View { get; private set; }

    /// <summary>The day that is looked at, or one of the week or month.</summary>
    public DateOnly Day { get; private set; }

    public ReadSchedule.Board Board { get; private set; } = null!;

    public IReadOnlyList<Waiting> Waits { get; private set; } = [];

    public IReadOnlyList<DateOnly> Days { get; private set; } = [];

    /// <summary>The hours the board shows: the usual ones, more of them, or all when something is still outside.</summary>
    public int FirstHour { get; private set; } = Morning;

    public int LastHour { get; private set; } = Evening;

    /// <summary>The class of the board for that many hours.</summary>
    public string? Width => FirstHour switch { Morning => null, Early => "long", _ => "whole" };

    public string Title => View switch
    {
        Look.Day => WallClock.LongDate(Day),
        Look.Week when Days[0].Month == Days[^1].Month => $"{Days[0].ToString("MMMM d", CultureInfo.InvariantCulture)}–{Days[^1].ToString("%d, yyyy", CultureInfo.InvariantCulture)}",
        Look.Week => $"{Days[0].ToString("MMM d", CultureInfo.InvariantCulture)} – {Days[^1].ToString("MMM d, yyyy", CultureInfo.InvariantCulture)}",
        _ => Day.ToString("MMMM yyyy", CultureInfo.InvariantCulture),
    };

    public string Previous => Address(View, View switch { Look.Day => Day.AddDays(-1), Look.Week => Day.AddDays(-7), _ => Day.AddMonths(-1) });

    public string Next => Address(View, View switch { Look.Day => Day.AddDays(1), Look.Week => Day.AddDays(7), _ => Day.AddMonths(1) });

    public async Task OnGetAsync([FromQuery] string? view, [FromQuery] string? date, CancellationToken ct)
    {
        View = view switch { "week" => Look.Week, "month" => Look.Month, _ => Look.Day };
        Day = DateOnly.TryParseExact(date, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var asked) && asked.Year is >= 2000 and < 2200 ? asked : clock.Today;
        Days = [.. Shows()];
        Board = (await ReadSchedule.Handle(new() { From = Text(Days[0]), To = Text(Days[^1]) }, Viewer, db, time, ct)).Value!.Data;
        if (View is Look.Day)
        {
            var visits = Board.Technicians.SelectMany(lane => lane.Visits).Concat(Board.Unassigned);
            var (first, last) = (visits.Select(v => clock.MinuteOf(v.ScheduledStart, Day)).DefaultIfEmpty(Morning * 60).Min(), visits.Select(v => clock.MinuteOf(v.ScheduledEnd, Day)).DefaultIfEmpty(0).Max());
            (FirstHour, LastHour) = first >= Morning * 60 && last <= Evening * 60 ? (Morning, Evening) : first >= Early * 60 && last <= Late * 60 ? (Early, Late) : (0, 24);
        }

        if (!Viewer.IsOffice) return;

        var account = Viewer.Account;
        Waits = await db.ListAsync<Waiting>($"""
            select j.id, j.title, j.priority, c.name as client_name, coalesce(p.city, c.city) as city, count(*) over () as total
            from jobs j join clients c on c.account_id = j.account_id and c.id = j.client_id left join properties p on p.account_id = j.account_id and p.id = j.property_id
            where j.account_id = {account} and j.status in ('draft', 'scheduled', 'in_progress')
              and not exists (select from visits v where v.account_id = j.account_id and v.job_id = j.id and v.status in ('scheduled', 'arrived', 'in_progress'))
            order by j.priority desc, j.created_at, j.id limit {MostWaiting}
            """, ct);
    }

    /// <summary>Where something stands on the board of the day; null when it is not on it at all.</summary>
    public Place? Where(DateTimeOffset start, DateTimeOffset end)
    {
        var from = Math.Max(clock.MinuteOf(start, Day), FirstHour * 60) - (FirstHour * 60);
        var to = Math.Min(clock.MinuteOf(end, Day), LastHour * 60) - (FirstHour * 60);
        if (to <= from) return null;

        var first = from / 15;
        return new(first, Math.Max(1, ((to + 14) / 15) - first));
    }

    public int? NowAt => Day == clock.Today && clock.MinuteOf(clock.Now, Day) is var minute && minute >= FirstHour * 60 && minute < LastHour * 60 ? (minute - (FirstHour * 60)) / 15 : null;

    public IEnumerable<ReadSchedule.Visit> On(DateOnly day, IEnumerable<ReadSchedule.Visit> visits)
    {
        var (from, to) = clock.Day(day);
        return visits.Where(visit => visit.ScheduledStart < to && visit.ScheduledEnd > from);
    }

    public IEnumerable<ReadSchedule.Away> Away(DateOnly day, IEnumerable<ReadSchedule.Away> absences)
    {
        var (from, to) = clock.Day(day);
        return absences.Where(away => away.StartsAt < to && away.EndsAt > from);
    }

    public IEnumerable<ReadSchedule.Visit> Everything => Board.Technicians.SelectMany(lane => lane.Visits).Concat(Board.Unassigned).DistinctBy(visit => visit.Id).OrderBy(visit => visit.ScheduledStart);

    public string Names(ReadSchedule.Visit visit) => visit.TechnicianIds.Length == 0
        ? "Not assigned"
        : string.Join(", ", visit.TechnicianIds.Select(id => Board.Technicians.FirstOrDefault(lane => lane.Id == id)?.FullName).OfType<string>());

    public static string Address(Look view, DateOnly day) => $"/app/schedule?view={view.ToString().ToLowerInvariant()}&date={Text(day)}";

    public static string Text(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private IEnumerable<DateOnly> Shows()
    {
        if (View is Look.Day) return [Day];

        var first = View is Look.Week ? Monday(Day) : Monday(new(Day.Year, Day.Month, 1));
        var last = View is Look.Week ? first.AddDays(6) : Monday(new DateOnly(Day.Year, Day.Month, 1).AddMonths(1).AddDays(-1)).AddDays(6);
        return Enumerable.Range(0, last.DayNumber - first.DayNumber + 1).Select(first.AddDays);
    }

    private static DateOnly Monday(DateOnly day) => day.AddDays(-(((int)day.DayOfWeek + 6) % 7));
}
