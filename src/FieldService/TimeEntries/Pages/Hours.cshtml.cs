using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.FieldService.Web.Pages;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.TimeEntries.Pages;

/// <summary>The hours of everybody in a week. A technician sees the own ones.</summary>
[Requires(Ability.SeeOneself)]
internal sealed class HoursPage(ReadDb db, WallClock clock, TimeProvider time) : PageModel
{
    public WallClock Clock => clock;

    public CurrentUser Viewer => HttpContext.Caller();

    public HoursReport.Response Hours { get; private set; } = null!;

    public IEnumerable<DateOnly> Days => Enumerable.Range(0, Hours.To.DayNumber - Hours.From.DayNumber + 1).Select(Hours.From.AddDays);

    public async Task OnGetAsync([FromQuery] string? on, CancellationToken ct) =>
        Hours = (await HoursReport.Handle(new() { Period = "week", On = DateOnly.TryParse(on, System.Globalization.CultureInfo.InvariantCulture, out var day) ? Field(day) : null }, Viewer, db, time, ct)).Value!.Data;

    public static string Field(DateOnly day) => day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);

    public static string Shown(long seconds) => seconds == 0 ? "–" : $"{seconds / 3600}:{seconds / 60 % 60:00}";
}
