using Microsoft.AspNetCore.Mvc.RazorPages;
using Outpost.FieldService.Web;
using Outpost.FieldService.Web.Pages;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Jobs.Pages;

/// <summary>The jobs that are under way, by how far they are. Dragging one to the next column moves it on.</summary>
[Requires(Ability.ManageJobs)]
internal sealed class JobBoardPage(ReadDb db, WallClock clock) : PageModel
{
    private const int Few = 12;

    /// <summary>Where a job waits on its way, and the status it gets that is put there.</summary>
    private static readonly (string Status, string Label)[] Way =
        [("draft", "New"), ("quoted", "Quoted"), ("scheduled", "Scheduled"), ("in_progress", "Under way"), ("completed", "To invoice")];

    public sealed record Card(Guid Id, string Title, string Status, int Priority, string ClientName, string? City, DateTimeOffset? Visit, string? Technician, long Place, long Total);

    public sealed record Column(string Status, string Label, long Total, IReadOnlyList<Card> Cards, string From);

    public WallClock Clock => clock;

    public IReadOnlyList<Column> Columns { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken ct)
    {
        var user = HttpContext.Caller();
        var statuses = Way.Select(step => step.Status).ToArray();
        var cards = (await db.ListAsync<Card>($"""
            select * from (
              select j.id, j.title, j.status, j.priority, c.name as client_name, coalesce(p.city, c.city) as city, v.scheduled_start as visit, u.full_name as technician,
                     row_number() over (partition by j.status order by j.priority desc, coalesce(v.scheduled_start, j.created_at), j.id) as place, count(*) over (partition by j.status) as total
              from jobs j
              join clients c on c.account_id = j.account_id and c.id = j.client_id
              left join properties p on p.account_id = j.account_id and p.id = j.property_id
              left join lateral (
                select scheduled_start, assigned_user_id from visits v where v.account_id = j.account_id and v.job_id = j.id and v.status not in ('cancelled', 'completed')
                order by scheduled_start limit 1) v on true
              left join users u on u.account_id = j.account_id and u.id = v.assigned_user_id
              where j.account_id = {user.Account} and j.status = any ({statuses})) cards
            where place <= {Few} order by status, place
            """, ct)).ToLookup(card => card.Status);
        Columns = [.. Way.Select(step => new Column(step.Status, step.Label, cards[step.Status].FirstOrDefault()?.Total ?? 0, [.. cards[step.Status]], From(step.Status)))];
    }

    // Which columns a card may come from, for the page to show while one is dragged.
    private static string From(string status) => string.Join(' ', Job.Moves
        .Where(move => move.Value.Any(next => Kernel.Words<JobStatus>.Of(next) == status)).Select(move => Kernel.Words<JobStatus>.Of(move.Key)));
}
