using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Outpost.FieldService.Web;
using Outpost.FieldService.Web.Pages;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Properties.Pages;

/// <summary>Every place the company works at.</summary>
[Requires(Ability.ReadClients)]
internal sealed class PropertyListPage(ReadDb db) : PageModel
{
    private const string Path = "/app/properties";

    public string? Search { get; private set; }

    public IReadOnlyList<ListProperties.Row> Rows { get; private set; } = [];

    public Pager Pager { get; private set; } = null!;

    public async Task OnGetAsync([FromQuery] string? q, [FromQuery(Name = "page")] string? turned, CancellationToken ct)
    {
        Search = SearchText.Of(q)?.Words;
        var number = Pager.Read(turned);
        var found = (await ListProperties.Handle(new(number, Pager.Rows), new() { Q = Search }, HttpContext.Caller(), db, ct)).Value!;
        Rows = found.Data;
        Pager = new(Path, [("q", Search)], number, found.Pagination.Total);
    }
}
