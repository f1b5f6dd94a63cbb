using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.FieldService.Web.Pages;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Reports.Pages;

/// <summary>What came in month by month, who owes how much for how long, and which taxes were charged.</summary>
[Requires(Ability.ReadMoney)]
internal sealed class ReportsPage(ReadDb db, WallClock clock, TimeProvider time) : PageModel
{
    /// <summary>How many months the picture shows.</summary>
    private const int Shows = 12;

    public WallClock Clock => clock;

    public CurrentUser Viewer => HttpContext.Caller();

    public IReadOnlyList<RevenueByMonth.Row> Revenue { get; private set; } = [];

    public Receivables.Response Owed { get; private set; } = null!;

    public IReadOnlyList<TaxesByMonth.Row> Taxes { get; private set; } = [];

    public string Month { get; private set; } = "";

    public async Task OnGetAsync([FromQuery] string? month, CancellationToken ct)
    {
        Month = DateOnly.TryParseExact(month + "-01", "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _) ? month! : clock.Today.ToString("yyyy-MM", CultureInfo.InvariantCulture);
        if (await RevenueByMonth.Handle("month", clock.Today.AddMonths(1 - Shows).ToString("yyyy-MM", CultureInfo.InvariantCulture), null, "json", Request, Viewer, db, time, ct) is Ok<One<List<RevenueByMonth.Row>>> { Value: { } revenue }) Revenue = revenue.Data;
        if (await Receivables.Handle(new(1, 100), new(), Request, Viewer, db, time, ct) is Ok<Receivables.Response> { Value: { } owed }) Owed = owed;
        if (await TaxesByMonth.Handle(Month, Month, "json", Request, Viewer, db, time, ct) is Ok<One<List<TaxesByMonth.Row>>> { Value: { } taxes }) Taxes = taxes.Data;
    }

    public static string Short(string month) => DateOnly.ParseExact(month + "-01", "yyyy-MM-dd", CultureInfo.InvariantCulture).ToString("MMM yy", CultureInfo.InvariantCulture);

    public IEnumerable<(string Label, Money Amount, string Css)> Ages =>
    [
        ("Not due yet", Owed.Totals.CurrentCents, "a"), ("1–30 days late", Owed.Totals.UpTo30Cents, "c"), ("31–60 days", Owed.Totals.UpTo60Cents, "c"), ("61–90 days", Owed.Totals.UpTo90Cents, "d"),
        ("More than 90", Owed.Totals.Over90Cents, "d"),
    ];
}
