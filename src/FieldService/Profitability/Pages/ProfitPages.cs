using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.FieldService.Web.Pages;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Profitability.Pages;

/// <summary>What each job brought in and cost in a month.</summary>
[Requires(Ability.ReadMoney)]
internal sealed class MonthPage(ReadDb db, WallClock clock, TimeProvider time) : PageModel
{
    public CurrentUser Viewer => HttpContext.Caller();

    public string Month { get; private set; } = "";

    public MonthOfJobs.Response Found { get; private set; } = null!;

    public Pager Pager { get; private set; } = null!;

    public async Task OnGetAsync([FromQuery] string? month, [FromQuery(Name = "page")] string? turned, CancellationToken ct)
    {
        Month = DateOnly.TryParseExact(month + "-01", "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _) ? month! : clock.Today.ToString("yyyy-MM", CultureInfo.InvariantCulture);
        var number = Pager.Read(turned);
        Found = (await MonthOfJobs.Handle(new(number, Pager.Rows), new() { Month = Month }, Viewer, db, time, ct)).Value!;
        Pager = new("/app/reports/jobs", [("month", Month)], number, Found.Pagination.Total);
    }
}

/// <summary>Whether one job was worth it.</summary>
[Requires(Ability.ReadMoney)]
internal sealed class JobProfitPage(ReadDb db) : PageModel
{
    public CurrentUser Viewer => HttpContext.Caller();

    public JobProfit.Response Job { get; private set; } = null!;

    public async Task OnGetAsync(Guid id, CancellationToken ct) => Job = (await JobProfit.Handle(new(id), Viewer, db, ct)).Value!.Data;
}
