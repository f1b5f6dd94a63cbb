using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.FieldService.Web.Pages;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Rounds.Pages;

/// <summary>Where somebody goes on a day, drawn, and an order with less driving. A technician sees their own round.</summary>
[Requires(Ability.ReadJobs)]
internal sealed class RoundPage(ReadDb db, WallClock clock) : PageModel
{
    private const double KilometresInAMile = 1.609344;

    public sealed record Visit(
        Guid Id, string Title, string Status, DateTimeOffset ScheduledStart, DateTimeOffset ScheduledEnd, string ClientName, string? Address, string? City, double? Latitude, double? Longitude)
    {
        public Coordinates? At => Latitude is { } latitude && Longitude is { } longitude ? new(latitude, longitude) : null;
    }

    public sealed record Person(Guid Id, string FullName);

    public WallClock Clock => clock;

    public CurrentUser Viewer => HttpContext.Caller();

    public DateOnly Day { get; private set; }

    public IReadOnlyList<Person> People { get; private set; } = [];

    public Guid? Who { get; private set; }

    /// <summary>Whether the better order is shown instead of the one that is booked.</summary>
    public bool IsBetter { get; private set; }

    /// <summary>The visits whose place is known, in the order that is shown.</summary>
    public IReadOnlyList<Visit> Visits { get; private set; } = [];

    public IReadOnlyList<Visit> Nowhere { get; private set; } = [];

    /// <summary>The visits that keep their place in the round.</summary>
    public IReadOnlySet<Guid> Fixed { get; private set; } = new HashSet<Guid>();

    public double Booked { get; private set; }

    public double Shortest { get; private set; }

    public async Task OnGetAsync([FromQuery] string? date, [FromQuery] Guid? who, [FromQuery] string? order, [FromQuery] Guid[]? keep, CancellationToken ct)
    {
        Day = DateOnly.TryParseExact(date, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var asked) && asked.Year is >= 2000 and < 2200 ? asked : clock.Today;
        var account = Viewer.Account;
        People = Viewer.IsOffice ? await db.ListAsync<Person>($"select id, full_name from users where account_id = {account} and role = 'tech' and deactivated_at is null order by lower(full_name), id", ct) : [];
        Who = Viewer.IsOffice ? who ?? (People is [var first, ..] ? first.Id : null) : Viewer.Id.Value;
        if (Who is not { } person) return;

        var (from, to) = clock.Day(Day);
        var visits = await db.ListAsync<Visit>($"""
            select v.id, j.title, v.status, v.scheduled_start, v.scheduled_end, c.name as client_name, coalesce(p.address, c.address_line1) as address, case when p.id is null then c.city else p.city end as city,
                   p.latitude, p.longitude
            from visits v join jobs j on j.account_id = v.account_id and j.id = v.job_id join clients c on c.account_id = j.account_id and c.id = j.client_id
            left join properties p on p.account_id = j.account_id and p.id = j.property_id
            where v.account_id = {account} and v.status <> 'cancelled' and v.scheduled_start >= {from} and v.scheduled_start < {to}
              and exists (select from visit_technicians t where t.account_id = v.account_id and t.visit_id = v.id and t.user_id = {person})
            order by v.scheduled_start, v.id limit 40
            """, ct);
        Nowhere = [.. visits.Where(visit => visit.At is null)];
        var there = visits.Where(visit => visit.At is not null).ToList();
        // Where somebody is or was stays where it is, and so does what was ticked.
        Fixed = there.Where(visit => visit.Status is not "scheduled" || (keep ?? []).Contains(visit.Id)).Select(visit => visit.Id).ToHashSet();
        var stops = there.ConvertAll(visit => new Stop(visit.Id, visit.At!.Value, Fixed.Contains(visit.Id)));
        var best = StopOrder.Shortest(stops);
        (Booked, Shortest) = (StopOrder.Length(stops), StopOrder.Length(best));
        IsBetter = order is "short";
        Visits = IsBetter ? [.. best.Select(stop => there.Find(visit => visit.Id == stop.Id)!)] : there;
    }

    /// <summary>In miles where people drive in miles.</summary>
    public string Distance(double kilometres) => Viewer.Currency is "USD" or "GBP"
        ? $"{(kilometres / KilometresInAMile).ToString("0.0", CultureInfo.InvariantCulture)} mi"
        : $"{kilometres.ToString("0.0", CultureInfo.InvariantCulture)} km";

    /// <summary>Opens the telephone's own map at the place.</summary>
    public static string Geo(Visit visit) => visit.At is { } at
        ? string.Create(CultureInfo.InvariantCulture, $"geo:{at.Latitude},{at.Longitude}?q={at.Latitude},{at.Longitude}({Uri.EscapeDataString(visit.ClientName)})")
        : $"geo:0,0?q={Uri.EscapeDataString(Shown.Address(visit.Address, visit.City))}";

    public string Address(DateOnly day) => $"/app/rounds?date={day:yyyy-MM-dd}{(Viewer.IsOffice && Who is { } who ? $"&who={who}" : "")}";
}
