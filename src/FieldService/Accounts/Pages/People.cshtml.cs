using Microsoft.AspNetCore.Mvc.RazorPages;
using Outpost.FieldService.Web;
using Outpost.FieldService.Web.Pages;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Accounts.Pages;

/// <summary>Who works here, and who is invited.</summary>
[Requires(Ability.ReadUsers)]
internal sealed class PeoplePage(ReadDb db, WallClock clock, TimeProvider time) : PageModel
{
    public WallClock Clock => clock;

    public CurrentUser Viewer => HttpContext.Caller();

    public IReadOnlyList<ListUsers.Row> People { get; private set; } = [];

    public IReadOnlyList<KeepInvitations.Row> Invitations { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken ct)
    {
        People = (await ListUsers.Handle(new(1, 100), new(), Viewer, db, ct)).Value!.Data;
        Invitations = [.. (await KeepInvitations.List(new(1, 100), new(), Viewer, db, time, ct)).Value!.Data.Where(invitation => invitation.Status is "open" or "expired" && invitation.UserId is null)];
    }
}
