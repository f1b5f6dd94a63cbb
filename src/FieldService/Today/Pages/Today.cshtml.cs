using Microsoft.AspNetCore.Mvc.RazorPages;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.FieldService.Web.Pages;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Today.Pages;

/// <summary>What somebody needs to know in the morning: who goes where, and what waits for the office. A technician sees the own day.</summary>
[Requires(Ability.ReadJobs)]
internal sealed class TodayPage(ReadDb db, WallClock clock) : PageModel
{
    /// <summary>How many of a list are named; the rest is a number.</summary>
    private const int Named = 6;

    /// <summary>A visit that was to begin so many minutes ago, and where nobody has arrived, is late.</summary>
    private const int LateAfter = 15;

    public sealed record Visit(
        Guid Id, Guid JobId, string Status, DateTimeOffset ScheduledStart, DateTimeOffset ScheduledEnd, Guid? AssignedUserId, string? Technician, string Title, int Priority,
        string ClientName, string? ClientPhone, string? Address, string? City);

    public sealed record Technician(Guid Id, string FullName);

    public sealed record OpenJob(Guid Id, string Title, string Status, int Priority, string ClientName, DateTimeOffset At);

    public sealed record WaitingEstimate(Guid Id, Guid? JobId, string? Title, string ClientName, Money TotalCents, DateTimeOffset SentAt);

    public sealed record OverdueInvoice(Guid Id, string InvoiceNumber, string ClientName, Money DueCents, DateOnly DueDate);

    public sealed record Numbers(
        long WithoutVisit, long ToInvoice, long Estimates, Money EstimatesCents, long Unpaid, Money UnpaidCents, long Overdue, Money OverdueCents, bool HasJobs,
        long Unassigned, long Late, long FailedMessages, long AbsencesAsked, long RunOut, long Requests, bool HasClients, bool HasTechnicians, bool HasTaxes);

    /// <summary>What one person does today; <see cref="Name"/> is null for visits that nobody has been given.</summary>
    public sealed record Round(string? Name, IReadOnlyList<Visit> Visits);

    public WallClock Clock => clock;

    public CurrentUser Viewer => HttpContext.Caller();

    public IReadOnlyList<Visit> Visits { get; private set; } = [];

    public IReadOnlyList<Round> Rounds { get; private set; } = [];

    public IReadOnlyList<OpenJob> WithoutVisit { get; private set; } = [];

    public IReadOnlyList<OpenJob> ToInvoice { get; private set; } = [];

    public IReadOnlyList<WaitingEstimate> Estimates { get; private set; } = [];

    public IReadOnlyList<OverdueInvoice> Overdue { get; private set; } = [];

    /// <summary>Null for a technician.</summary>
    public Numbers? Office { get; private set; }

    public string FirstName => Viewer.FullName.Split(' ')[0];

    public async Task OnGetAsync(CancellationToken ct)
    {
        if (Viewer.IsOffice) await ReadOfficeAsync(ct);
        else Visits = await db.ListAsync<Visit>(VisitsOfTheDay(Viewer.Id), ct);
    }

    private async Task ReadOfficeAsync(CancellationToken ct)
    {
        var account = Viewer.Account;
        var today = clock.Today;
        var technicians = await db.ReadAsync(
            [
                VisitsOfTheDay(null),
                $"select id, full_name from users where account_id = {account} and role = 'tech' and deactivated_at is null order by full_name, id",
                Jobs(WithoutVisitIn(account), $"j.priority desc, j.created_at"),
                Jobs(ToInvoiceIn(account), $"j.updated_at"),
                $"""
                select e.id, e.job_id, j.title, c.name as client_name, e.total_cents, e.sent_at
                from estimates e
                join clients c on c.account_id = e.account_id and c.id = e.client_id
                left join jobs j on j.account_id = e.account_id and j.id = e.job_id
                where e.account_id = {account} and e.status = 'sent'
                order by e.sent_at, e.id limit {Named}
                """,
                $"""
                select i.id, i.invoice_number, c.name as client_name, i.balance_cents as due_cents, i.due_date
                from invoices i join clients c on c.account_id = i.account_id and c.id = i.client_id
                where i.account_id = {account} and i.status in ('sent', 'partial', 'overdue') and i.due_date < {today}
                order by i.due_date, i.id limit {Named}
                """,
                $"""
                select (select count(*) from jobs j where {WithoutVisitIn(account)}) as without_visit,
                       (select count(*) from jobs j where {ToInvoiceIn(account)}) as to_invoice,
                       e.estimates, e.estimates_cents, i.unpaid, i.unpaid_cents, i.overdue, i.overdue_cents,
                       exists (select from jobs where account_id = {account}) as has_jobs,
                       (select count(*) from visits v where v.account_id = {account} and v.status = 'scheduled' and v.assigned_user_id is null and v.scheduled_start >= {clock.Day(today).From}
                          and v.scheduled_start < {clock.Day(today.AddDays(7)).To}) as unassigned,
                       (select count(*) from visits v where v.account_id = {account} and v.status = 'scheduled' and v.scheduled_start < {clock.Now.AddMinutes(-LateAfter)}) as late,
                       (select count(*) from messages m where m.account_id = {account} and m.status in ('failed', 'in_doubt') and m.created_at > {clock.Now.AddDays(-14)}) as failed_messages,
                       (select count(*) from absences a where a.account_id = {account} and a.status = 'requested') as absences_asked,
                       (select count(*) from estimates e where e.account_id = {account} and e.status = 'sent' and e.expires_on <= {today.AddDays(3)}) as run_out,
                       (select count(*) from booking_requests b where b.account_id = {account} and b.status = 'new') as requests,
                       exists (select from clients where account_id = {account}) as has_clients,
                       exists (select from users where account_id = {account} and role = 'tech' and deactivated_at is null) as has_technicians,
                       exists (select from tax_groups where account_id = {account}) as has_taxes
                from (select count(*) as estimates, coalesce(sum(total_cents), 0)::bigint as estimates_cents from estimates where account_id = {account} and status = 'sent') e,
                     (select count(*) as unpaid, coalesce(sum(balance_cents), 0)::bigint as unpaid_cents,
                             count(*) filter (where due_date < {today}) as overdue,
                             coalesce(sum(balance_cents) filter (where due_date < {today}), 0)::bigint as overdue_cents
                      from invoices where account_id = {account} and status in ('sent', 'partial', 'overdue')) i
                """,
            ],
            async (results, token) =>
            {
                Visits = await results.ListAsync<Visit>(token);
                var people = await results.ListAsync<Technician>(token);
                WithoutVisit = await results.ListAsync<OpenJob>(token);
                ToInvoice = await results.ListAsync<OpenJob>(token);
                Estimates = await results.ListAsync<WaitingEstimate>(token);
                Overdue = await results.ListAsync<OverdueInvoice>(token);
                Office = await results.FirstAsync<Numbers>(token);
                return people;
            }, ct);
        Rounds = RoundsOf(Visits, technicians);
    }

    /// <summary>Visits that nobody has first, then every technician, busy or not, then whoever else goes out today.</summary>
    private static List<Round> RoundsOf(IReadOnlyList<Visit> visits, IReadOnlyList<Technician> technicians)
    {
        var byPerson = visits.ToLookup(v => v.AssignedUserId);
        var nobody = byPerson[null].ToList();
        var others = visits.Where(v => v.AssignedUserId is { } id && technicians.All(t => t.Id != id)).GroupBy(v => v.AssignedUserId);
        return
        [
            .. nobody.Count > 0 ? [new Round(null, nobody)] : Array.Empty<Round>(),
            .. technicians.Select(t => new Round(t.FullName, [.. byPerson[t.Id]])),
            .. others.Select(group => new Round(group.First().Technician, [.. group])),
        ];
    }

    private Sql VisitsOfTheDay(UserId? only)
    {
        var (from, to) = clock.Day(clock.Today);
        return $"""
            select v.id, v.job_id, v.status, v.scheduled_start, v.scheduled_end, v.assigned_user_id, u.full_name as technician, j.title, j.priority,
                   c.name as client_name, c.phone as client_phone, coalesce(p.address, c.address_line1) as address, coalesce(p.city, c.city) as city
            from visits v
            join jobs j on j.account_id = v.account_id and j.id = v.job_id
            join clients c on c.account_id = j.account_id and c.id = j.client_id
            left join properties p on p.account_id = j.account_id and p.id = j.property_id
            left join users u on u.account_id = v.account_id and u.id = v.assigned_user_id
            where v.account_id = {Viewer.Account} and v.scheduled_start >= {from} and v.scheduled_start < {to} and v.status <> 'cancelled'
            {(only is { } person ? Mine(person) : null)}
            order by v.scheduled_start, v.id
            """;
    }

    private static Sql Mine(UserId person) =>
        $"and exists (select from visit_technicians t where t.account_id = v.account_id and t.visit_id = v.id and t.user_id = {person})";

    private static Sql Jobs(Sql which, Sql order) => $"""
        select j.id, j.title, j.status, j.priority, c.name as client_name, j.updated_at as at
        from jobs j join clients c on c.account_id = j.account_id and c.id = j.client_id
        where {which} order by {order}, j.id limit {Named}
        """;

    /// <summary>Work that is agreed or about to be, and that nobody has a date for. A quoted job waits for the client instead.</summary>
    private static Sql WithoutVisitIn(AccountId account) => $"""
        j.account_id = {account} and j.status in ('draft', 'scheduled', 'in_progress')
        and not exists (select from visits v where v.account_id = j.account_id and v.job_id = j.id and v.status in ('scheduled', 'arrived', 'in_progress'))
        """;

    /// <summary>Work that is done and on no invoice that counts.</summary>
    private static Sql ToInvoiceIn(AccountId account) => $"""
        j.account_id = {account} and j.status = 'completed'
        and not exists (select from invoices i where i.account_id = j.account_id and i.job_id = j.id and i.status <> 'void')
        """;
}
