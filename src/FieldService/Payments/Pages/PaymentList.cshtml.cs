using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.FieldService.Web.Pages;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Payments.Pages;

/// <summary>Everything that moved: payments, refunds, credits and what was written off. The ledger itself.</summary>
[Requires(Ability.ReadMoney)]
internal sealed class PaymentListPage(ReadDb db, WallClock clock) : PageModel
{
    private const string Path = "/app/payments";

    public WallClock Clock => clock;

    public CurrentUser Viewer => HttpContext.Caller();

    public string? Kind { get; private set; }

    public IReadOnlyList<ListLedger.Row> Rows { get; private set; } = [];

    public Pager Pager { get; private set; } = null!;

    public IReadOnlyList<string> Kinds { get; } = [.. Kernel.Words<LedgerKind>.All];

    public async Task OnGetAsync([FromQuery] string? kind, [FromQuery(Name = "page")] string? turned, CancellationToken ct)
    {
        Kind = Kinds.Contains(kind) ? kind : null;
        var number = Pager.Read(turned);
        var found = (await ListLedger.Handle(new(number, Pager.Rows), new() { Kind = Kind }, Viewer, db, ct)).Value!;
        Rows = found.Data;
        Pager = new(Path, [("kind", Kind)], number, found.Pagination.Total);
    }
}
