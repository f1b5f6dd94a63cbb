using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Outpost.FieldService.Clients;
using Outpost.FieldService.Clients.Pages;
using Outpost.FieldService.Web;
using Outpost.FieldService.Web.Pages;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Jobs.Pages;

/// <summary>Somebody has called: whom it is for, then where and what.</summary>
[Requires(Ability.ManageJobs)]
internal sealed class NewJobPage(ReadDb db) : PageModel
{
    public sealed record Place(Guid Id, string Address, string? City, string? Name);

    /// <summary>Null once the client is known.</summary>
    public ClientChoice? Choice { get; private set; }

    public GetClient.Row Client { get; private set; } = null!;

    public IReadOnlyList<Place> Places { get; private set; } = [];

    public string? Property { get; private set; }

    public async Task OnGetAsync([FromQuery] string? client, [FromQuery] string? property, [FromQuery] string? q, CancellationToken ct)
    {
        var user = HttpContext.Caller();
        if (!ClientId.TryParse(client, out var id))
        {
            Choice = await ClientChoice.Of("job", "/app/jobs/new", q, user, db, ct);
            return;
        }

        Client = (await GetClient.Handle(id, user, db, ct)).Value!.Data;
        Places = await db.ListAsync<Place>($"select id, address, city, name from properties where account_id = {user.Account} and client_id = {id} order by lower(address), id limit 200", ct);
        Property = property ?? (Places.Count == 1 ? Places[0].Id.ToString() : null);
    }
}
