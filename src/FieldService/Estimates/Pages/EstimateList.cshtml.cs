using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.FieldService.Web.Pages;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Estimates.Pages;

/// <summary>What has been offered: what waits, what was won, what runs out.</summary>
[Requires(Ability.ReadMoney)]
internal sealed class EstimateListPage(ReadDb db, WallClock clock) : PageModel
{
    private const string Path = "/app/estimates";
    private static readonly string[] Statuses = ["draft", "sent", "approved", "declined", "expired", "superseded"];

    public sealed record Sums(Money WaitingCents, long Waiting, Money WonCents, long Won, Money LostCents, long Lost, long Soon, Money SoonCents);

    private sealed record StatusCount(string Status, long Estimates);

    public WallClock Clock => clock;

    public CurrentUser Viewer => HttpContext.Caller();

    public string? Search { get; private set; }

    public string? Status { get; private set; }

    public IReadOnlyList<ListEstimates.Row> Rows { get; private set; } = [];

    public IReadOnlyList<Tab> Tabs { get; private set; } = [];

    public Sums Totals { get; private set; } = null!;

    public Pager Pager { get; private set; } = null!;

    public async Task OnGetAsync([FromQuery] string? q, [FromQuery] string? status, [FromQuery(Name = "page")] string? turned, CancellationToken ct)
    {
        Search = SearchText.Of(q)?.Words;
        Status = Statuses.Contains(status) ? status : null;
        var number = Pager.Read(turned);
        var account = Viewer.Account;
        var (from, _) = clock.Day(clock.Today.AddDays(-90));
        var found = (await ListEstimates.Handle(new(number, Pager.Rows), new() { Q = Search, Status = Status }, Viewer, db, ct)).Value!;
        (Totals, var counts) = await db.ReadAsync(
            [
                $"""
                select coalesce(sum(total_cents) filter (where status = 'sent'), 0)::bigint as waiting_cents, count(*) filter (where status = 'sent') as waiting,
                       coalesce(sum(total_cents) filter (where status = 'approved' and decided_at >= {from}), 0)::bigint as won_cents, count(*) filter (where status = 'approved' and decided_at >= {from}) as won,
                       coalesce(sum(total_cents) filter (where status in ('declined', 'expired') and decided_at >= {from}), 0)::bigint as lost_cents,
                       count(*) filter (where status in ('declined', 'expired') and decided_at >= {from}) as lost,
                       count(*) filter (where status = 'sent' and expires_on <= {clock.Today.AddDays(7)}) as soon,
                       coalesce(sum(total_cents) filter (where status = 'sent' and expires_on <= {clock.Today.AddDays(7)}), 0)::bigint as soon_cents
                from estimates where account_id = {account}
                """,
                $"select status, count(*) as estimates from estimates where account_id = {account} group by status",
            ],
            async (results, token) => ((await results.FirstAsync<Sums>(token))!, (await results.ListAsync<StatusCount>(token)).ToDictionary(c => c.Status, c => c.Estimates)), ct);
        Rows = found.Data;
        Pager = new(Path, [("q", Search), ("status", Status)], number, found.Pagination.Total);
        Tabs =
        [
            new("All", Pager.Address(Path, ("q", Search)), counts.Values.Sum(), Status is null),
            .. Statuses.Select(s => new Tab(s == "superseded" ? "Replaced" : Shown.Word(s), Pager.Address(Path, ("q", Search), ("status", s)), counts.GetValueOrDefault(s), s == Status)),
        ];
    }
}
