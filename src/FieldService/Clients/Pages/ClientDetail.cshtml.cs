using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.FieldService.Web.Pages;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Clients.Pages;

/// <summary>One client with everything that was done for them, what they owe, and what was said to them.</summary>
[Requires(Ability.ReadClients)]
internal sealed class ClientDetailPage(ReadDb db, WallClock clock) : PageModel
{
    private const int Few = 8;

    public sealed record Sums(Money BilledCents, Money OpenCents, Money OverdueCents, Money CreditCents, DateTimeOffset? LastVisit, DateTimeOffset? NextVisit, string? OptedOut);

    public sealed record Place(Guid Id, string? Name, string Address, string? City, long Jobs);

    public sealed record Job(Guid Id, string Title, string Status, int Priority, DateTimeOffset CreatedAt, string? Address);

    public sealed record Document(Guid Id, string? Number, string Status, Money TotalCents, DateTimeOffset At, bool IsInvoice);

    public sealed record Said(Guid Id, string? Title, string Rule, string Channel, string Status, DateTimeOffset CreatedAt);

    public WallClock Clock => clock;

    public CurrentUser Viewer => HttpContext.Caller();

    public GetClient.Row Client { get; private set; } = null!;

    public Sums Totals { get; private set; } = null!;

    public IReadOnlyList<Place> Places { get; private set; } = [];

    public IReadOnlyList<Job> Jobs { get; private set; } = [];

    public IReadOnlyList<Document> Documents { get; private set; } = [];

    public IReadOnlyList<Said> Messages { get; private set; } = [];

    public async Task<IActionResult> OnGetAsync(Guid id, CancellationToken ct)
    {
        var account = Viewer.Account;
        Client = (await GetClient.Handle(new(id), Viewer, db, ct)).Value!.Data;
        Totals = (await db.ReadAsync(
            [
                $"""
                select (select coalesce(sum(total_cents) filter (where status not in ('draft', 'void')), 0)::bigint from invoices where account_id = {account} and client_id = {id}) as billed_cents,
                       (select coalesce(sum(balance_cents) filter (where status in ('sent', 'partial', 'overdue')), 0)::bigint from invoices where account_id = {account} and client_id = {id}) as open_cents,
                       (select coalesce(sum(balance_cents) filter (where status in ('sent', 'partial', 'overdue') and due_date < {clock.Today}), 0)::bigint from invoices where account_id = {account} and client_id = {id}) as overdue_cents,
                       (select coalesce(sum(balance_cents), 0)::bigint from client_credits where account_id = {account} and client_id = {id}) as credit_cents,
                       (select max(v.scheduled_start) from visits v join jobs j on j.account_id = v.account_id and j.id = v.job_id
                        where v.account_id = {account} and j.client_id = {id} and v.status = 'completed') as last_visit,
                       (select min(v.scheduled_start) from visits v join jobs j on j.account_id = v.account_id and j.id = v.job_id
                        where v.account_id = {account} and j.client_id = {id} and v.status = 'scheduled' and v.scheduled_start > {clock.Now}) as next_visit,
                       (select nullif(concat_ws(' ', case when email_opt_out_at is not null then 'email' end, case when sms_opt_out_at is not null then 'sms' end), '') from clients where account_id = {account} and id = {id}) as opted_out
                """,
                $"""
                select p.id, p.name, p.address, p.city, (select count(*) from jobs j where j.account_id = p.account_id and j.property_id = p.id) as jobs
                from properties p where p.account_id = {account} and p.client_id = {id} order by lower(p.address), p.id limit 50
                """,
                $"""
                select j.id, j.title, j.status, j.priority, j.created_at, p.address
                from jobs j left join properties p on p.account_id = j.account_id and p.id = j.property_id
                where j.account_id = {account} and j.client_id = {id} order by j.created_at desc, j.id desc limit {Few}
                """,
                $"""
                select * from (
                  select id, estimate_number as number, status, total_cents, coalesce(sent_at, created_at) as at, false as is_invoice from estimates where account_id = {account} and client_id = {id}
                  union all
                  select id, invoice_number, {StatusToday.Of(clock.Today)}, total_cents, coalesce(sent_at, created_at), true from invoices where account_id = {account} and client_id = {id}) d
                order by at desc, id desc limit {Few}
                """,
                $"select id, title, rule, channel, status, created_at from messages where account_id = {account} and client_id = {id} order by created_at desc, id desc limit {Few}",
            ],
            async (results, token) =>
            {
                var sums = await results.FirstAsync<Sums>(token);
                Places = await results.ListAsync<Place>(token);
                Jobs = await results.ListAsync<Job>(token);
                Documents = await results.ListAsync<Document>(token);
                Messages = await results.ListAsync<Said>(token);
                return sums;
            }, ct))!;
        return Page();
    }
}
