using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.FieldService.Web.Pages;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Jobs.Pages;

/// <summary>All the work there is, newest first; a technician sees the jobs of the own visits.</summary>
[Requires(Ability.ReadJobs)]
internal sealed class JobListPage(ReadDb db, WallClock clock) : PageModel
{
    private const string Path = "/app/jobs";

    /// <summary>In the order of the work, not of the alphabet.</summary>
    private static readonly string[] Statuses = ["draft", "quoted", "scheduled", "in_progress", "completed", "invoiced", "cancelled"];

    public sealed record Row(
        Guid Id, string Title, string Status, int Priority, DateTimeOffset CreatedAt, string ClientName, string? Address, string? City,
        DateTimeOffset? VisitStart, string? VisitStatus, string? Technician);

    private sealed record StatusCount(string Status, long Jobs);

    public WallClock Clock => clock;

    public SearchText? Search { get; private set; }

    public string? Status { get; private set; }

    public IReadOnlyList<Row> Rows { get; private set; } = [];

    public IReadOnlyList<Tab> Tabs { get; private set; } = [];

    public Pager Pager { get; private set; } = null!;

    public bool IsFiltered => Search is not null || Status is not null;

    public bool IsOffice => HttpContext.Caller().IsOffice;

    public async Task OnGetAsync([FromQuery] string? q, [FromQuery] string? status, [FromQuery(Name = "page")] string? turned, CancellationToken ct)
    {
        Search = SearchText.Of(q);
        Status = Statuses.Contains(status) ? status : null;
        // A route value called page is Razor's own; the one that people turn stands in the query.
        var number = Pager.Read(turned);

        var account = HttpContext.Caller().Account;
        var counts = await db.ReadAsync(
            [
                $"""
                select j.id, j.title, j.status, j.priority, j.created_at, c.name as client_name, coalesce(p.address, c.address_line1) as address, coalesce(p.city, c.city) as city,
                       v.scheduled_start as visit_start, v.status as visit_status, v.technician
                {Jobs}
                left join lateral (
                  select v.scheduled_start, v.status, u.full_name as technician
                  from visits v left join users u on u.account_id = v.account_id and u.id = v.assigned_user_id
                  where v.account_id = j.account_id and v.job_id = j.id and v.status <> 'cancelled'
                  order by v.status = 'completed', abs(extract(epoch from v.scheduled_start - {clock.Now})) limit 1
                ) v on true
                where {Matching(account)} {(Status is { } wanted ? In(wanted) : null)}
                order by j.created_at desc, j.id desc limit {Pager.Rows} offset {(number - 1) * Pager.Rows}
                """,
                $"select j.status, count(*) as jobs from jobs j where {Matching(account)} group by j.status",
            ],
            async (results, token) =>
            {
                Rows = await results.ListAsync<Row>(token);
                return (await results.ListAsync<StatusCount>(token)).ToDictionary(c => c.Status, c => c.Jobs);
            }, ct);

        var all = counts.Values.Sum();
        Pager = new(Path, [("q", Search?.Words), ("status", Status)], number, Status is null ? all : counts.GetValueOrDefault(Status));
        Tabs =
        [
            new("All", Pager.Address(Path, ("q", Search?.Words)), all, Status is null),
            .. Statuses.Select(s => new Tab(Shown.Word(s), Pager.Address(Path, ("q", Search?.Words), ("status", s)), counts.GetValueOrDefault(s), s == Status)),
        ];
    }

    private static Sql Jobs => $"""
        from jobs j
        join clients c on c.account_id = j.account_id and c.id = j.client_id
        left join properties p on p.account_id = j.account_id and p.id = j.property_id
        """;

    private Sql Matching(AccountId account) => $"j.account_id = {account} {(Search is null ? null : JobSearch.And(Search))}";

    private static Sql In(string status) => $"and j.status = {status}";
}
