using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Outpost.FieldService.Web;
using Outpost.FieldService.Web.Pages;

namespace Outpost.FieldService.Clients.Pages;

/// <summary>The office takes on a client.</summary>
[Requires(Ability.ManageClients)]
internal sealed class NewClientPage : PageModel
{
    public string? Name { get; private set; }

    /// <summary>What the client is wanted for: the page that goes on with them.</summary>
    public string Then { get; private set; } = "/app/clients/{id}";

    public void OnGet([FromQuery] string? name, [FromQuery] string? then)
    {
        Name = SearchText.Of(name)?.Words;
        if (then is "/app/jobs/new" or "/app/estimates/new" or "/app/invoices/new" or "/app/plans/new") Then = then + "?client={id}";
    }
}
