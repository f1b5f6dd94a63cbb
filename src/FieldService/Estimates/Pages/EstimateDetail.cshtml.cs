using Microsoft.AspNetCore.Mvc.RazorPages;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.FieldService.Web.Pages;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Estimates.Pages;

/// <summary>One estimate as the client gets it, what became of it, and what comes next.</summary>
[Requires(Ability.ReadMoney)]
internal sealed class EstimateDetailPage(ReadDb db, WallClock clock) : PageModel
{
    public sealed record Party(string Name, string? CompanyName, string? Email, string? AddressLine1, string? City, string? State, string? Zip, string? Place, string? PlaceCity, string? CompanyAddress, string? CompanyCity, string? CompanyPhone, string? CompanyEmail);

    public sealed record Revision(Guid Id, int Number, string Status, Money TotalCents, DateTimeOffset CreatedAt);

    public sealed record Made(Guid Id, string? InvoiceNumber, string Status);

    public WallClock Clock => clock;

    public CurrentUser Viewer => HttpContext.Caller();

    public GetEstimate.Response Estimate { get; private set; } = null!;

    public Party Client { get; private set; } = null!;

    public IReadOnlyList<Revision> Revisions { get; private set; } = [];

    public IReadOnlyList<Made> Invoices { get; private set; } = [];

    /// <summary>What is held of it as a deposit.</summary>
    public Money Deposited { get; private set; }

    public string Status => Words<EstimateStatus>.Of(Estimate.Status);

    public string Name => Estimate.EstimateNumber is { } number ? $"Estimate {number}" : "Draft estimate";

    public async Task OnGetAsync(Guid id, CancellationToken ct)
    {
        var account = Viewer.Account;
        Estimate = (await GetEstimate.Handle(new(id), Viewer, db, ct)).Value!.Data;
        var family = Estimate.FirstRevisionId?.Value ?? id;
        Client = await db.ReadAsync(
            [
                $"""
                select c.name, c.company_name, c.email, c.address_line1, c.city, c.state, c.zip, p.address as place, p.city as place_city,
                       a.address_line1 as company_address, a.city as company_city, a.phone as company_phone, a.email as company_email
                from estimates e join clients c on c.account_id = e.account_id and c.id = e.client_id join accounts a on a.id = e.account_id
                left join properties p on p.account_id = e.account_id and p.id = e.property_id
                where e.account_id = {account} and e.id = {id}
                """,
                $"select id, revision as number, status, total_cents, created_at from estimates where account_id = {account} and family_id = {family} order by revision desc",
                $"select id, invoice_number, status from invoices where account_id = {account} and estimate_id = {id} order by created_at",
                $"select coalesce(sum(balance_cents), 0)::bigint from client_credits where account_id = {account} and estimate_id = {id}",
            ],
            async (results, token) =>
            {
                var party = (await results.FirstAsync<Party>(token))!;
                Revisions = await results.ListAsync<Revision>(token);
                Invoices = await results.ListAsync<Made>(token);
                Deposited = new((await results.ListAsync(row => row.GetInt64(0), token))[0]);
                return party;
            }, ct);
    }
}
