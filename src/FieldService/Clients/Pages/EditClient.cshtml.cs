using Microsoft.AspNetCore.Mvc.RazorPages;
using Outpost.FieldService.Web;
using Outpost.FieldService.Web.Pages;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Clients.Pages;

/// <summary>The office changes what it knows of a client.</summary>
[Requires(Ability.ManageClients)]
internal sealed class EditClientPage(ReadDb db) : PageModel
{
    public GetClient.Row Client { get; private set; } = null!;

    public async Task OnGetAsync(Guid id, CancellationToken ct) => Client = (await GetClient.Handle(new(id), HttpContext.Caller(), db, ct)).Value!.Data;
}
