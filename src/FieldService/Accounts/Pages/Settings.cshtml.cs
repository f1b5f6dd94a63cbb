using Microsoft.AspNetCore.Mvc.RazorPages;
using Outpost.FieldService.Web;
using Outpost.FieldService.Web.Pages;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Accounts.Pages;

/// <summary>The company: what stands on its letters, and how it wants things done.</summary>
[Requires(Ability.ReadAccount)]
internal sealed class SettingsPage(ReadDb db) : PageModel
{
    public CurrentUser Viewer => HttpContext.Caller();

    public Account Account { get; private set; } = null!;

    public bool MayChange => Viewer.May(Ability.ManageAccount);

    public static IReadOnlyList<(string, string)> Zones { get; } = [.. NodaTime.DateTimeZoneProviders.Tzdb.Ids.Where(id => id.Contains('/', StringComparison.Ordinal) && !id.StartsWith("Etc/", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(id => (id, id.Replace('_', ' ')))];

    public async Task OnGetAsync(CancellationToken ct) => Account = (await GetAccount.Handle(Viewer, db, ct)).Value!.Data;
}
