using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.FieldService.Web.Pages;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.PriceBook.Pages;

/// <summary>What the company sells and uses, with prices.</summary>
[Requires(Ability.ReadMoney)]
internal sealed class PriceBookPage(ReadDb db) : PageModel
{
    private const string Path = "/app/price-book";

    public CurrentUser Viewer => HttpContext.Caller();

    public string? Search { get; private set; }

    /// <summary>The item that is being changed.</summary>
    public PriceBookItem? Item { get; private set; }

    public IReadOnlyList<PriceBookItem> Rows { get; private set; } = [];

    public Pager Pager { get; private set; } = null!;

    public async Task OnGetAsync([FromQuery] string? q, [FromQuery] string? change, [FromQuery(Name = "page")] string? turned, CancellationToken ct)
    {
        Search = SearchText.Of(q)?.Words;
        var number = Pager.Read(turned);
        var found = (await ListItems.Handle(new(number, Pager.Rows), new() { Q = Search, Sort = "category" }, Viewer, db, ct)).Value!;
        Rows = found.Data;
        Pager = new(Path, [("q", Search)], number, found.Pagination.Total);
        if (PriceBookItemId.TryParse(change, out var id)) Item = (await GetItem.Handle(id, Viewer, db, ct)).Value!.Data;
    }
}
