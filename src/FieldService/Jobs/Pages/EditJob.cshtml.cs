using Microsoft.AspNetCore.Mvc.RazorPages;
using Outpost.FieldService.Web;
using Outpost.FieldService.Web.Pages;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Jobs.Pages;

/// <summary>The office changes what a job is about.</summary>
[Requires(Ability.ManageJobs)]
internal sealed class EditJobPage(ReadDb db) : PageModel
{
    public GetJob.Row Job { get; private set; } = null!;

    public IReadOnlyList<NewJobPage.Place> Places { get; private set; } = [];

    public async Task OnGetAsync(Guid id, CancellationToken ct)
    {
        var user = HttpContext.Caller();
        Job = (await GetJob.Handle(new(id), user, db, ct)).Value!.Data;
        Places = await db.ListAsync<NewJobPage.Place>($"select id, address, city, name from properties where account_id = {user.Account} and client_id = {Job.ClientId} order by lower(address), id limit 200", ct);
    }
}
