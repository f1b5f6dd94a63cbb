using Microsoft.AspNetCore.Mvc.RazorPages;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.FieldService.Web.Pages;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.ApiKeys.Pages;

/// <summary>The programs that act for the company: keys that let them in, and addresses that are told what happens.</summary>
[Requires(Ability.ManageKeys)]
internal sealed class ProgramsPage(ReadDb db, WallClock clock, TimeProvider time) : PageModel
{
    public sealed record Hook(Guid Id, string Url, string? Description, bool Enabled, string? DisabledBecause, int Failures, long Waiting, int Version);

    public WallClock Clock => clock;

    public CurrentUser Viewer => HttpContext.Caller();

    public IReadOnlyList<ApiKey> Keys { get; private set; } = [];

    public IReadOnlyList<Hook> Hooks { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken ct)
    {
        Keys = (await ListApiKeys.Handle(new(1, 100), new(), Viewer, db, time, ct)).Value!.Data;
        Hooks = await db.ListAsync<Hook>($"""
            select w.id, w.url, w.description, w.enabled, w.disabled_because, w.failures, w.version,
                   (select count(*) from webhook_deliveries d where d.account_id = w.account_id and d.webhook_id = w.id and d.status = 'pending') as waiting
            from webhooks w where w.account_id = {Viewer.Account} order by w.created_at desc, w.id desc limit 100
            """, ct);
    }
}
