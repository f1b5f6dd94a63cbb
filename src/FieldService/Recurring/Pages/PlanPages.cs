using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Clients;
using Outpost.FieldService.Clients.Pages;
using Outpost.FieldService.Web;
using Outpost.FieldService.Web.Pages;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Recurring.Pages;

/// <summary>Rules of recurring work as people say them.</summary>
internal static class SaidRule
{
    public static IReadOnlyList<(string Rule, string Said)> Usual { get; } =
    [
        ("FREQ=WEEKLY", "Every week"),
        ("FREQ=WEEKLY;INTERVAL=2", "Every two weeks"),
        ("FREQ=MONTHLY", "Every month"),
        ("FREQ=MONTHLY;INTERVAL=3", "Every three months"),
        ("FREQ=MONTHLY;INTERVAL=6", "Every six months"),
        ("FREQ=YEARLY", "Every year"),
    ];

    /// <summary>The rule as it is said; one that is put together of more than that as it is written.</summary>
    public static string Of(string rule) => Usual.FirstOrDefault(usual => usual.Rule == rule).Said ?? rule;
}

/// <summary>Work that comes round: who has agreed to what, and when it is next.</summary>
[Requires(Ability.ManageJobs)]
internal sealed class PlanListPage(ReadDb db, WallClock clock, TimeProvider time) : PageModel
{
    private const string Path = "/app/plans";
    private static readonly string[] Statuses = ["active", "paused", "ended"];

    public WallClock Clock => clock;

    public string? Status { get; private set; }

    public IReadOnlyList<ListJobPlans.Row> Rows { get; private set; } = [];

    public Pager Pager { get; private set; } = null!;

    public async Task OnGetAsync([FromQuery] string? status, [FromQuery(Name = "page")] string? turned, CancellationToken ct)
    {
        Status = Statuses.Contains(status) ? status : null;
        var number = Pager.Read(turned);
        var found = (await ListJobPlans.Handle(new(number, Pager.Rows), new() { Status = Status }, HttpContext.Caller(), db, time, ct)).Value!;
        Rows = found.Data;
        Pager = new(Path, [("status", Status)], number, found.Pagination.Total);
    }
}

/// <summary>The office agrees with a client on work that comes round.</summary>
[Requires(Ability.ManageJobs)]
internal sealed class NewPlanPage(ReadDb db, WallClock clock) : PageModel
{
    public sealed record Place(Guid Id, string Address, string? City);

    public sealed record Person(Guid Id, string FullName);

    public ClientChoice? Choice { get; private set; }

    public GetClient.Row Client { get; private set; } = null!;

    public IReadOnlyList<Place> Places { get; private set; } = [];

    public IReadOnlyList<Person> People { get; private set; } = [];

    public DateOnly Tomorrow => clock.Today.AddDays(1);

    public async Task OnGetAsync([FromQuery] string? client, [FromQuery] string? q, CancellationToken ct)
    {
        var user = HttpContext.Caller();
        if (!ClientId.TryParse(client, out var id))
        {
            Choice = await ClientChoice.Of("plan", "/app/plans/new", q, user, db, ct);
            return;
        }

        Client = (await GetClient.Handle(id, user, db, ct)).Value!.Data;
        (Places, People) = await db.ReadAsync(
            [
                $"select id, address, city from properties where account_id = {user.Account} and client_id = {id} order by lower(address), id limit 200",
                $"select id, full_name from users where account_id = {user.Account} and deactivated_at is null order by role = 'tech' desc, lower(full_name), id",
            ],
            async (results, token) => (await results.ListAsync<Place>(token), await results.ListAsync<Person>(token)), ct);
    }
}

/// <summary>One plan: when it comes round next and what became of each time.</summary>
[Requires(Ability.ManageJobs)]
internal sealed class PlanDetailPage(ReadDb db, WallClock clock, TimeProvider time) : PageModel
{
    public sealed record Head(Guid Id, Guid ClientId, string ClientName, string Title, string? Description, string Status, string Rrule, int DurationMinutes, string? Address, int Version);

    public sealed record Occurrence(DateTimeOffset At, string Status, Guid? JobId, string? JobStatus, string? Trouble);

    public WallClock Clock => clock;

    public Head Plan { get; private set; } = null!;

    public IReadOnlyList<Occurrence> Occurrences { get; private set; } = [];

    public IReadOnlyList<PreviewJobPlan.Time> Next { get; private set; } = [];

    public async Task<IActionResult> OnGetAsync(Guid id, CancellationToken ct)
    {
        var account = HttpContext.Caller().Account;
        var head = await db.ReadAsync(
            [
                $"""
                select l.id, l.client_id, c.name as client_name, l.title, l.description, l.status, l.rrule, l.duration_minutes, p.address, l.version
                from job_plans l join clients c on c.account_id = l.account_id and c.id = l.client_id left join properties p on p.account_id = l.account_id and p.id = l.property_id
                where l.account_id = {account} and l.id = {id}
                """,
                $"""
                select o.at, o.status, o.job_id, j.status as job_status, o.trouble
                from job_plan_occurrences o left join jobs j on j.account_id = o.account_id and j.id = o.job_id
                where o.account_id = {account} and o.plan_id = {id} order by o.at desc limit 40
                """,
            ],
            async (results, token) =>
            {
                var plan = await results.FirstAsync<Head>(token);
                Occurrences = await results.ListAsync<Occurrence>(token);
                return plan;
            }, ct);
        if (head is null) return NotFound();

        Plan = head;
        if (head.Status == "active") Next = (await PreviewJobPlan.OfPlan(new(id), 6, HttpContext.Caller(), db, time, ct)).Value!.Data.Times;
        return Page();
    }
}
