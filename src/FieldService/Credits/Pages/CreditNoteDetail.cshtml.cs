using Microsoft.AspNetCore.Mvc.RazorPages;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.FieldService.Web.Pages;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Credits.Pages;

/// <summary>One credit note as the client gets it.</summary>
[Requires(Ability.ReadMoney)]
internal sealed class CreditNoteDetailPage(ReadDb db, WallClock clock) : PageModel
{
    public WallClock Clock => clock;

    public CurrentUser Viewer => HttpContext.Caller();

    public GetCreditNote.Response Note { get; private set; } = null!;

    public async Task OnGetAsync(Guid id, CancellationToken ct) => Note = (await GetCreditNote.Handle(new(id), Viewer, db, ct)).Value!.Data;
}
