using Microsoft.AspNetCore.Mvc.RazorPages;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.FieldService.Web.Pages;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Taxes.Pages;

/// <summary>The taxes of the company: rates, and the groups that stand on documents.</summary>
[Requires(Ability.ReadMoney)]
internal sealed class TaxListPage(ReadDb db) : PageModel
{
    public CurrentUser Viewer => HttpContext.Caller();

    public IReadOnlyList<ListTaxRates.Row> Rates { get; private set; } = [];

    public IReadOnlyList<TaxGroup> Groups { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken ct)
    {
        Rates = (await ListTaxRates.Handle(new(1, 100), new(), Viewer, db, ct)).Value!.Data;
        Groups = (await ListTaxGroups.Handle(new(1, 100), new(), Viewer, db, ct)).Value!.Data;
    }
}
