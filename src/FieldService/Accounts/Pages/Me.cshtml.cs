using Microsoft.AspNetCore.Mvc.RazorPages;
using Outpost.FieldService.Web;
using Outpost.FieldService.Web.Pages;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Accounts.Pages;

/// <summary>What concerns oneself: the password, the own calendar in another program, time off.</summary>
[Requires(Ability.SeeOneself)]
internal sealed class MePage(ReadDb db, WallClock clock) : PageModel
{
    public sealed record Off(Guid Id, string Kind, string Status, DateTimeOffset StartsAt, DateTimeOffset EndsAt, string? Note);

    public WallClock Clock => clock;

    public CurrentUser Viewer => HttpContext.Caller();

    public bool HasFeed { get; private set; }

    public IReadOnlyList<Off> Absences { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken ct)
    {
        Language.Choose(HttpContext);
        (HasFeed, Absences) = await db.ReadAsync(
            [
                $"select exists (select from calendar_feeds where account_id = {Viewer.Account} and user_id = {Viewer.Id} and revoked_at is null)",
                $"select id, kind, status, starts_at, ends_at, note from absences where account_id = {Viewer.Account} and user_id = {Viewer.Id} and ends_at > {clock.Now} order by starts_at, id limit 20",
            ],
            async (results, token) => ((await results.ListAsync(row => row.GetBoolean(0), token))[0], await results.ListAsync<Off>(token)), ct);
    }
}
