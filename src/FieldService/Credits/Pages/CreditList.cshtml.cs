using Microsoft.AspNetCore.Mvc.RazorPages;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.FieldService.Web.Pages;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Credits.Pages;

/// <summary>What is held for clients, and what was taken back from them.</summary>
[Requires(Ability.ReadMoney)]
internal sealed class CreditListPage(ReadDb db, WallClock clock) : PageModel
{
    private const int Most = 100;

    public WallClock Clock => clock;

    public CurrentUser Viewer => HttpContext.Caller();

    public IReadOnlyList<ListCredits.Row> Credits { get; private set; } = [];

    public IReadOnlyList<ListCreditNotes.Row> Notes { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken ct)
    {
        Credits = [.. (await ListCredits.Handle(new(1, Most), new() { Sort = "balance_cents", Order = "desc" }, Viewer, db, ct)).Value!.Data.Where(credit => credit.BalanceCents > Money.Zero)];
        Notes = (await ListCreditNotes.Handle(new(1, Most), new(), Viewer, db, ct)).Value!.Data;
    }
}
