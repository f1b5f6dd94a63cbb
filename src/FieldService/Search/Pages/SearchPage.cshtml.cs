using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Outpost.FieldService.Web;
using Outpost.FieldService.Web.Pages;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Search.Pages;

/// <summary>Finds a name, a street or a number, for whoever is on the telephone. With a script the same stands in a window over any page.</summary>
[Requires(Ability.ReadJobs)]
internal sealed class SearchPage(ReadDb db) : PageModel
{
    public string? Words { get; private set; }

    public IReadOnlyList<(string Label, string Path, IReadOnlyList<FindEverywhere.Found> Found)> Groups { get; private set; } = [];

    public async Task OnGetAsync([FromQuery] string? q, CancellationToken ct)
    {
        Words = SearchText.Of(q)?.Words;
        if (Words is null) return;

        var found = (await FindEverywhere.Handle(Words, HttpContext.Caller(), db, ct)).Value!.Data;
        Groups = [.. new (string, string, IReadOnlyList<FindEverywhere.Found>)[]
        {
            ("Clients", "/app/clients/", found.Clients), ("Properties", "/app/properties/", found.Properties), ("Jobs", "/app/jobs/", found.Jobs), ("Estimates", "/app/estimates/", found.Estimates),
            ("Invoices", "/app/invoices/", found.Invoices),
        }.Where(group => group.Item3.Count > 0)];
    }
}
