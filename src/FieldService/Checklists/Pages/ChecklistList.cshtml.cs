using Microsoft.AspNetCore.Mvc.RazorPages;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.FieldService.Web.Pages;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Checklists.Pages;

/// <summary>What is to be looked at, by kind of job.</summary>
[Requires(Ability.ManageJobs)]
internal sealed class ChecklistListPage(ReadDb db) : PageModel
{
    public CurrentUser Viewer => HttpContext.Caller();

    public IReadOnlyList<Checklist> Rows { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken ct) => Rows = await db.ReadAsync(
        [$"select {ChecklistSql.Columns} from checklist_templates c where c.account_id = {Viewer.Account} order by c.archived_at is not null, lower(c.name), c.id limit 200"],
        (results, token) => results.ListAsync(ChecklistSql.Read, token), ct);
}
