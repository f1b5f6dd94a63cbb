using Microsoft.AspNetCore.Mvc.RazorPages;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.FieldService.Web.Pages;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Schedule.Pages;

/// <summary>Who is away, and who asks to be.</summary>
[Requires(Ability.ManageJobs)]
internal sealed class AbsencesPage(ReadDb db, WallClock clock) : PageModel
{
    public sealed record Person(Guid Id, string FullName);

    public WallClock Clock => clock;

    public CurrentUser Viewer => HttpContext.Caller();

    public IReadOnlyList<ListAbsences.Row> Rows { get; private set; } = [];

    public IReadOnlyList<Person> People { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken ct)
    {
        Rows = (await ListAbsences.Handle(new(1, 100), new() { From = clock.Now.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture) }, Viewer, db, ct)).Value!.Data;
        People = await db.ListAsync<Person>($"select id, full_name from users where account_id = {Viewer.Account} and deactivated_at is null order by role = 'tech' desc, lower(full_name), id", ct);
    }

    public string Span(ListAbsences.Row row)
    {
        var (first, last) = (clock.DateOf(row.StartsAt), clock.DateOf(row.EndsAt.AddSeconds(-1)));
        return first == last ? clock.Date(first) : $"{clock.Date(first)} to {clock.Date(last)}";
    }
}
