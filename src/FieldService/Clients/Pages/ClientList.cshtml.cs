using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.FieldService.Web.Pages;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Clients.Pages;

/// <summary>Everybody the company works for.</summary>
[Requires(Ability.ReadClients)]
internal sealed class ClientListPage(ReadDb db) : PageModel
{
    private const string Path = "/app/clients";

    public string? Search { get; private set; }

    public IReadOnlyList<ListClients.Row> Rows { get; private set; } = [];

    public Pager Pager { get; private set; } = null!;

    public async Task OnGetAsync([FromQuery] string? q, [FromQuery(Name = "page")] string? turned, CancellationToken ct)
    {
        Search = SearchText.Of(q)?.Words;
        var number = Pager.Read(turned);
        var found = (await ListClients.Handle(new(number, Pager.Rows), new() { Q = Search }, HttpContext.Caller(), db, ct)).Value!;
        Rows = found.Data;
        Pager = new(Path, [("q", Search)], number, found.Pagination.Total);
    }
}
