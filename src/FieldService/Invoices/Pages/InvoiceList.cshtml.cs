using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.FieldService.Web.Pages;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Invoices.Pages;

/// <summary>What has been billed, what came in and who is late.</summary>
[Requires(Ability.ReadMoney)]
internal sealed class InvoiceListPage(ReadDb db, WallClock clock) : PageModel
{
    private const string Path = "/app/invoices";
    private static readonly string[] Statuses = ["draft", "sent", "partial", "overdue", "paid", "void"];

    public sealed record Row(
        Guid Id, string? InvoiceNumber, string Status, Money TotalCents, Money DueCents, DateOnly? DueDate, DateTimeOffset? SentAt, DateTimeOffset CreatedAt, string ClientName, string? JobTitle);

    private sealed record StatusCount(string Status, long Invoices);

    /// <summary>A draft is nobody's debt and a void invoice is none any more: neither is in any sum but its own.</summary>
    public sealed record Sums(Money UnpaidCents, long Unpaid, Money OverdueCents, long Overdue, Money DraftCents, long Drafts, Money ReceivedCents, long Received);

    public WallClock Clock => clock;

    public string Currency => HttpContext.Caller().Currency;

    public SearchText? Search { get; private set; }

    public string? Status { get; private set; }

    public IReadOnlyList<Row> Rows { get; private set; } = [];

    public IReadOnlyList<Tab> Tabs { get; private set; } = [];

    public Sums Totals { get; private set; } = null!;

    public Pager Pager { get; private set; } = null!;

    public bool IsFiltered => Search is not null || Status is not null;

    public async Task OnGetAsync([FromQuery] string? q, [FromQuery] string? status, [FromQuery(Name = "page")] string? turned, CancellationToken ct)
    {
        Search = SearchText.Of(q);
        Status = Statuses.Contains(status) ? status : null;
        // A route value called page is Razor's own; the one that people turn stands in the query.
        var number = Pager.Read(turned);

        var account = HttpContext.Caller().Account;
        var (monthAgo, _) = clock.Day(clock.Today.AddDays(-30));
        var counts = await db.ReadAsync(
            [
                $"""
                select i.id, i.invoice_number, i.status_now as status, i.total_cents, i.balance_cents as due_cents, i.due_date, i.sent_at, i.created_at,
                       c.name as client_name, j.title as job_title
                {Invoices(account, Search)} {(Status is { } wanted ? In(wanted) : null)}
                order by coalesce(i.sent_at, i.created_at) desc, i.id desc limit {Pager.Rows} offset {(number - 1) * Pager.Rows}
                """,
                $"select i.status_now as status, count(*) as invoices {Invoices(account, Search)} group by i.status_now",
                $"""
                select coalesce(sum(balance_cents) filter (where owed), 0)::bigint as unpaid_cents, count(*) filter (where owed) as unpaid,
                       coalesce(sum(balance_cents) filter (where owed and due_date < {clock.Today}), 0)::bigint as overdue_cents, count(*) filter (where owed and due_date < {clock.Today}) as overdue,
                       coalesce(sum(total_cents) filter (where status = 'draft'), 0)::bigint as draft_cents, count(*) filter (where status = 'draft') as drafts,
                       (select coalesce(sum(money_cents), 0)::bigint from ledger_entries where account_id = {account} and happened_at >= {monthAgo}) as received_cents,
                       (select count(*) from ledger_entries where account_id = {account} and happened_at >= {monthAgo} and kind in ('payment', 'deposit')) as received
                from (select *, status in ('sent', 'partial', 'overdue') as owed from invoices where account_id = {account}) i
                """,
            ],
            async (results, token) =>
            {
                Rows = await results.ListAsync<Row>(token);
                var found = (await results.ListAsync<StatusCount>(token)).ToDictionary(c => c.Status, c => c.Invoices);
                Totals = (await results.FirstAsync<Sums>(token))!;
                return found;
            }, ct);

        var all = counts.Values.Sum();
        Pager = new(Path, [("q", Search?.Words), ("status", Status)], number, Status is null ? all : counts.GetValueOrDefault(Status));
        Tabs =
        [
            new("All", Pager.Address(Path, ("q", Search?.Words)), all, Status is null),
            .. Statuses.Select(s => new Tab(Shown.Word(s), Pager.Address(Path, ("q", Search?.Words), ("status", s)), counts.GetValueOrDefault(s), s == Status)),
        ];
    }

    private Sql Invoices(AccountId account, SearchText? search) => $"""
        from (select *, {StatusToday.Of(clock.Today)} as status_now from invoices where account_id = {account}) i
        join clients c on c.account_id = i.account_id and c.id = i.client_id
        left join jobs j on j.account_id = i.account_id and j.id = i.job_id
        where {(search is null ? Everything : Matching(search))}
        """;

    private static Sql Everything => $"true";

    private static Sql Matching(SearchText text) => $"(lower(i.invoice_number) like {text.Pattern} or c.search like {text.Pattern} or j.search like {text.Pattern})";

    private static Sql In(string status) => $"and i.status_now = {status}";
}
