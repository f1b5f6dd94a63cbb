using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.FieldService.Web.Pages;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Jobs.Pages;

/// <summary>One job with everything that belongs to it. Money is the office's business.</summary>
[Requires(Ability.ReadJobs)]
internal sealed class JobDetailPage(ReadDb db, WallClock clock) : PageModel
{
    private static readonly string[] Way = ["draft", "quoted", "scheduled", "in_progress", "completed", "invoiced"];

    public sealed record Head(
        Guid Id, Guid ClientId, Guid? PropertyId, string Title, string? Description, string Status, int Priority, DateTimeOffset CreatedAt, string CreatedBy, string ClientName, string? CompanyName,
        string? ClientEmail, string? ClientPhone, string? Place, string? Address, string? City, string? State, string? Zip, string? PlaceNotes);

    public sealed record Visit(
        Guid Id, string Status, DateTimeOffset ScheduledStart, DateTimeOffset ScheduledEnd, DateTimeOffset? ArrivedAt, DateTimeOffset? CompletedAt, string? TechNotes, string? Technician);

    public sealed record Estimate(Guid Id, string? EstimateNumber, string Status, Money TotalCents, DateTimeOffset CreatedAt, DateTimeOffset? SentAt);

    public sealed record Invoice(Guid Id, string? InvoiceNumber, string Status, Money TotalCents, Money PaidCents, DateOnly? DueDate);

    public WallClock Clock => clock;

    public CurrentUser Viewer => HttpContext.Caller();

    public Head Job { get; private set; } = null!;

    public IReadOnlyList<Visit> Visits { get; private set; } = [];

    public sealed record Person(Guid Id, string FullName);

    public sealed record Work(long Parts, long Minutes, Money ExpensesCents);

    /// <summary>Who can be sent.</summary>
    public IReadOnlyList<Person> People { get; private set; } = [];

    /// <summary>What was used on it and how long it took, for the office.</summary>
    public Work Done { get; private set; } = new(0, 0, Money.Zero);

    /// <summary>The day that a new visit is proposed for.</summary>
    public DateOnly Proposed => clock.Today.AddDays(1);

    public IReadOnlyList<Estimate> Estimates { get; private set; } = [];

    public IReadOnlyList<Invoice> Invoices { get; private set; } = [];

    public bool ShowsMoney => Viewer.Role.May(Ability.ReadMoney);

    /// <summary>The way of a job from first call to invoice, and which parts of it are behind. A cancelled job has left it.</summary>
    public IEnumerable<(string Status, bool IsBehind, bool IsCurrent)> Steps
    {
        get
        {
            var at = Array.IndexOf(Way, Job.Status);
            return at < 0 ? [] : Way.Select((status, i) => (status, i < at, i == at));
        }
    }

    public async Task<IActionResult> OnGetAsync(Guid id, CancellationToken ct)
    {
        var account = Viewer.Account;
        Sql[] statements =
        [
            $"""
            select j.id, j.client_id, j.property_id, j.title, j.description, j.status, j.priority, j.created_at, u.full_name as created_by, c.name as client_name, c.company_name,
                   c.email as client_email, c.phone as client_phone, p.name as place, coalesce(p.address, c.address_line1) as address,
                   case when p.id is null then c.city else p.city end as city, case when p.id is null then c.state else p.state end as state,
                   case when p.id is null then c.zip else p.zip end as zip, p.notes as place_notes
            from jobs j
            join clients c on c.account_id = j.account_id and c.id = j.client_id
            join users u on u.account_id = j.account_id and u.id = j.created_by
            left join properties p on p.account_id = j.account_id and p.id = j.property_id
            where j.account_id = {account} and j.id = {id}
            """,
            $"""
            select v.id, v.status, v.scheduled_start, v.scheduled_end, v.arrived_at, v.completed_at, v.tech_notes, u.full_name as technician
            from visits v left join users u on u.account_id = v.account_id and u.id = v.assigned_user_id
            where v.account_id = {account} and v.job_id = {id}
            order by v.scheduled_start, v.id
            """,
        ];
        if (ShowsMoney)
        {
            statements =
            [
                .. statements,
                $"select id, estimate_number, status, total_cents, created_at, sent_at from estimates where account_id = {account} and job_id = {id} order by created_at, id",
                $"""
                select id, invoice_number, {StatusToday.Of(clock.Today)} as status, total_cents, paid_cents, due_date
                from invoices where account_id = {account} and job_id = {id} order by created_at, id
                """,
                $"select id, full_name from users where account_id = {account} and deactivated_at is null order by role = 'tech' desc, lower(full_name), id",
                $"""
                select (select count(*) from visit_parts p join visits v on v.account_id = p.account_id and v.id = p.visit_id where p.account_id = {account} and v.job_id = {id}) as parts,
                       (select coalesce(sum(extract(epoch from coalesce(t.ended_at, {clock.Now}) - t.started_at) / 60), 0)::bigint from time_entries t
                        join visits v on v.account_id = t.account_id and v.id = t.visit_id where t.account_id = {account} and v.job_id = {id} and t.kind <> 'break') as minutes,
                       (select coalesce(sum(amount_cents), 0)::bigint from expenses where account_id = {account} and job_id = {id}) as expenses_cents
                """,
            ];
        }

        var job = await db.ReadAsync(statements, async (results, token) =>
        {
            var head = await results.FirstAsync<Head>(token);
            Visits = await results.ListAsync<Visit>(token);
            if (ShowsMoney)
            {
                Estimates = await results.ListAsync<Estimate>(token);
                Invoices = await results.ListAsync<Invoice>(token);
                People = await results.ListAsync<Person>(token);
                Done = (await results.FirstAsync<Work>(token))!;
            }

            return head;
        }, ct);
        if (job is null) return NotFound();

        Job = job;
        return Page();
    }
}
