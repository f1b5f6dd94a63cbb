using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Checklists;
using Outpost.FieldService.Photos;
using Outpost.FieldService.Signatures;
using Outpost.FieldService.Web;
using Outpost.FieldService.Web.Pages;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Visits.Pages;

/// <summary>One visit, for the person who goes: where, to whom, what; and what they write down there. The office moves it.</summary>
[Requires(Ability.ReadJobs)]
internal sealed class VisitDetailPage(ReadDb db, WallClock clock) : PageModel
{
    public sealed record About(
        Guid JobId, Guid ClientId, Guid? PropertyId, string Title, string? Description, int Priority, string JobStatus, string ClientName, string? ClientPhone, string? PlaceName, string? Address,
        string? City, string? State, string? Zip, string? PlaceNotes);

    public sealed record Part(Guid Id, string? Code, string Description, string Unit, Quantity Quantity, string RecordedBy, Guid RecordedById);

    public sealed record Time(Guid Id, Guid UserId, string FullName, string Kind, DateTimeOffset StartedAt, DateTimeOffset? EndedAt);

    /// <summary>A photo, with the size of its thumbnail.</summary>
    public sealed record Picture(Photo Photo, string TakenBy)
    {
        public int ThumbnailWidth => Photo.Width >= Photo.Height ? Longest : Math.Max(1, Longest * Photo.Width / Photo.Height);

        public int ThumbnailHeight => Photo.Width >= Photo.Height ? Math.Max(1, Longest * Photo.Height / Photo.Width) : Longest;

        // As the script makes them.
        private const int Longest = 320;
    }

    public sealed record Item(Guid Id, string Code, string Name, string Unit);

    public sealed record Person(Guid Id, string FullName);

    public sealed record Before(Guid Id, string Title, DateTimeOffset ScheduledStart, string? TechNotes);

    public WallClock Clock => clock;

    public CurrentUser Viewer => HttpContext.Caller();

    public ListVisits.Row Visit { get; private set; } = null!;

    public About Job { get; private set; } = null!;

    public IReadOnlyList<Part> Parts { get; private set; } = [];

    public IReadOnlyList<Time> Times { get; private set; } = [];

    public IReadOnlyList<Picture> Photos { get; private set; } = [];

    public IReadOnlyList<VisitSignature> Signatures { get; private set; } = [];

    public IReadOnlyList<VisitChecklist> Checklists { get; private set; } = [];

    /// <summary>The checklist that keeps the visit from being finished; null when nothing does.</summary>
    public VisitChecklist? StillOpen => Checklists.FirstOrDefault(list => list is { IsRequired: true, IsAnswered: false });

    public IReadOnlyList<Item> Items { get; private set; } = [];

    public IReadOnlyList<Person> People { get; private set; } = [];

    /// <summary>What was done at this place before.</summary>
    public IReadOnlyList<Before> History { get; private set; } = [];

    public Time? Running => Times.FirstOrDefault(time => time.EndedAt is null && time.UserId == Viewer.Id.Value);

    public string Address => Shown.Address(Job.Address, Job.City, string.Join(' ', new[] { Job.State, Job.Zip }.OfType<string>()));

    public bool IsOpen => Visit.Status is "scheduled" or "arrived" or "in_progress";

    public async Task<IActionResult> OnGetAsync(Guid id, CancellationToken ct)
    {
        var account = Viewer.Account;
        Visit = (await GetVisit.Handle(new(id), Viewer, db, ct)).Value!.Data;
        Job = await db.ReadAsync(
            [
                $"""
                select j.id as job_id, j.client_id, j.property_id, j.title, j.description, j.priority, j.status as job_status, c.name as client_name, c.phone as client_phone, p.name as place_name,
                       coalesce(p.address, c.address_line1) as address, case when p.id is null then c.city else p.city end as city, case when p.id is null then c.state else p.state end as state,
                       case when p.id is null then c.zip else p.zip end as zip, p.notes as place_notes
                from jobs j join clients c on c.account_id = j.account_id and c.id = j.client_id left join properties p on p.account_id = j.account_id and p.id = j.property_id
                where j.account_id = {account} and j.id = {Visit.JobId}
                """,
                $"""
                select p.id, p.code, p.description, p.unit, p.quantity, u.full_name as recorded_by, p.recorded_by as recorded_by_id
                from visit_parts p join users u on u.account_id = p.account_id and u.id = p.recorded_by
                where p.account_id = {account} and p.visit_id = {id} order by p.created_at, p.id
                """,
                $"""
                select t.id, t.user_id, u.full_name, t.kind, t.started_at, t.ended_at from time_entries t join users u on u.account_id = t.account_id and u.id = t.user_id
                where t.account_id = {account} and t.visit_id = {id} order by t.started_at, t.id
                """,
                $"select id, code, name, unit from price_book_items where account_id = {account} and kind = 'material' and archived_at is null order by lower(name), id limit 300",
                $"select id, full_name from users where account_id = {account} and deactivated_at is null and {Viewer.IsOffice} order by role = 'tech' desc, lower(full_name), id",
                $"""
                select v.id, j.title, v.scheduled_start, v.tech_notes from visits v join jobs j on j.account_id = v.account_id and j.id = v.job_id
                where v.account_id = {account} and v.id <> {id} and v.status = 'completed'
                  and j.property_id = (select property_id from jobs where account_id = {account} and id = {Visit.JobId}) order by v.scheduled_start desc, v.id desc limit 5
                """,
                $"""
                select {PhotoSql.Columns}, u.full_name from visit_photos p join users u on u.account_id = p.account_id and u.id = p.taken_by
                where p.account_id = {account} and p.visit_id = {id} order by p.taken_at, p.id
                """,
                $"select {SignatureSql.Columns} from visit_signatures s where s.account_id = {account} and s.visit_id = {id} order by s.signed_at, s.id",
                ChecklistSql.OfVisit(account, new(id)),
            ],
            async (results, token) =>
            {
                var job = (await results.FirstAsync<About>(token))!;
                Parts = await results.ListAsync<Part>(token);
                Times = await results.ListAsync<Time>(token);
                Items = await results.ListAsync<Item>(token);
                People = await results.ListAsync<Person>(token);
                History = await results.ListAsync<Before>(token);
                Photos = await results.ListAsync(row => new Picture(PhotoSql.Read(row), row.GetString(12)), token);
                Signatures = await results.ListAsync(SignatureSql.Read, token);
                Checklists = await results.ListAsync(ChecklistSql.ReadOfVisit, token);
                return job;
            }, ct);
        return Page();
    }

    /// <summary>How long a time entry has lasted.</summary>
    public string Lasted(Time time)
    {
        var span = (time.EndedAt ?? clock.Now) - time.StartedAt;
        return $"{(int)span.TotalHours} h {span.Minutes:00} min";
    }
}
