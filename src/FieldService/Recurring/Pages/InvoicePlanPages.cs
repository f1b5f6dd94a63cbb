using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Invoices;
using Outpost.FieldService.Web;
using Outpost.FieldService.Web.Pages;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Recurring.Pages;

/// <summary>Invoices that come round, and when they do next.</summary>
[Requires(Ability.ReadMoney)]
internal sealed class InvoicePlanListPage(ReadDb db, WallClock clock) : PageModel
{
    public WallClock Clock => clock;

    public IReadOnlyList<ListInvoicePlans.Row> Rows { get; private set; } = [];

    public Pager Pager { get; private set; } = null!;

    public async Task OnGetAsync([FromQuery(Name = "page")] string? turned, CancellationToken ct)
    {
        var number = Pager.Read(turned);
        var found = (await ListInvoicePlans.Handle(new(number, Pager.Rows), new(), HttpContext.Caller(), db, ct)).Value!;
        Rows = found.Data;
        Pager = new("/app/invoice-plans", [], number, found.Pagination.Total);
    }
}

/// <summary>One of them: what was made of it, and what is made next.</summary>
[Requires(Ability.ReadMoney)]
internal sealed class InvoicePlanDetailPage(ReadDb db, WallClock clock) : PageModel
{
    private const int Latest = 24;

    public WallClock Clock => clock;

    public CurrentUser Viewer => HttpContext.Caller();

    public InvoicePlan Plan { get; private set; } = null!;

    public string ClientName { get; private set; } = "";

    public IReadOnlyList<ListInvoicePlans.Made> Made { get; private set; } = [];

    public async Task OnGetAsync(Guid id, CancellationToken ct)
    {
        Plan = (await ListInvoicePlans.Get(new(id), Viewer, db, ct)).Value!.Data;
        ClientName = await db.ValueAsync<string>($"select name from clients where account_id = {Viewer.Account} and id = {Plan.ClientId}", ct) ?? "";
        Made = (await ListInvoicePlans.Occurrences(new(id), new(1, Latest), null, null, Viewer, db, ct)).Value!.Data;
    }
}

/// <summary>The office lets an invoice come round as it is written.</summary>
[Requires(Ability.ManageMoney)]
internal sealed class RepeatInvoicePage(ReadDb db, WallClock clock) : PageModel
{
    public CurrentUser Viewer => HttpContext.Caller();

    public GetInvoice.Response Invoice { get; private set; } = null!;

    public DateOnly First => clock.Today.AddMonths(1);

    public async Task OnGetAsync(Guid id, CancellationToken ct) => Invoice = (await GetInvoice.Handle(new(id), Viewer, db, ct)).Value!.Data;
}
