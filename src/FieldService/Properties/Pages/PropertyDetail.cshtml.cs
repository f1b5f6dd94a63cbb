using Microsoft.AspNetCore.Mvc.RazorPages;
using Outpost.FieldService.Web;
using Outpost.FieldService.Web.Pages;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Properties.Pages;

/// <summary>One place with everything that was done there: what a technician asks before driving out.</summary>
[Requires(Ability.ReadClients)]
internal sealed class PropertyDetailPage(ReadDb db, WallClock clock) : PageModel
{
    public sealed record Visit(Guid Id, Guid JobId, string Title, string Status, DateTimeOffset ScheduledStart, DateTimeOffset ScheduledEnd, string? Technician, string? TechNotes);

    public sealed record Job(Guid Id, string Title, string Status, int Priority, DateTimeOffset CreatedAt);

    public WallClock Clock => clock;

    public GetProperty.Row Property { get; private set; } = null!;

    public IReadOnlyList<Visit> Visits { get; private set; } = [];

    public IReadOnlyList<Job> Jobs { get; private set; } = [];

    public async Task OnGetAsync(Guid id, CancellationToken ct)
    {
        var user = HttpContext.Caller();
        Property = (await GetProperty.Handle(new(id), user, db, ct)).Value!.Data;
        (Visits, Jobs) = await db.ReadAsync(
            [
                $"""
                select v.id, v.job_id, j.title, v.status, v.scheduled_start, v.scheduled_end, u.full_name as technician, v.tech_notes
                from visits v join jobs j on j.account_id = v.account_id and j.id = v.job_id left join users u on u.account_id = v.account_id and u.id = v.assigned_user_id
                where v.account_id = {user.Account} and j.property_id = {id} and v.status <> 'cancelled' order by v.scheduled_start desc, v.id desc limit 30
                """,
                $"select id, title, status, priority, created_at from jobs where account_id = {user.Account} and property_id = {id} order by created_at desc, id desc limit 20",
            ],
            async (results, token) => (await results.ListAsync<Visit>(token), await results.ListAsync<Job>(token)), ct);
    }
}
