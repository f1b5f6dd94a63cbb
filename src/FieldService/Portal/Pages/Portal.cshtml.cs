using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Npgsql;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Checkout;
using Outpost.FieldService.Documents;
using Outpost.FieldService.Estimates;
using Outpost.FieldService.Invoices;
using Outpost.FieldService.Web.Pages;
using Outpost.Kernel;
using Outpost.Platform.Http;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Portal.Pages;

/// <summary>What a client sees with a link: one document, or all of theirs. An estimate is approved or declined here.</summary>
[AllowAnonymous]
[SecretPath]
internal sealed class PortalPage(NpgsqlDataSource source, Tenants tenants, IPaymentProvider provider, TimeProvider time) : PageModel
{
    /// <summary>Whether an invoice can be paid here and now.</summary>
    public bool TakesPayments => provider.IsOn;

    /// <summary>Where the company wants the money.</summary>
    public string? Iban { get; private set; }

    public sealed record Company(string Name, string? AddressLine1, string? City, string? State, string? Zip, string? Phone, string? Email, string? TaxId, bool HasLogo);

    public sealed record Item(Guid Id, string? Number, string Status, Money TotalCents, Money OpenCents, DateTimeOffset At, DateOnly? Due, bool IsInvoice);

    public sealed record Visit(string Title, string Status, DateTimeOffset ScheduledStart, DateTimeOffset ScheduledEnd, string? Technician, string? Address);

    public sealed record Signature(string? Drawing, DateTimeOffset SignedAt);

    /// <summary>Null when the link leads nowhere.</summary>
    public Visitor? Visitor { get; private set; }

    public WallClock Clock { get; private set; } = null!;

    public Company From { get; private set; } = null!;

    public string ClientName { get; private set; } = "";

    public GetEstimate.Response? Estimate { get; private set; }

    /// <summary>What the estimate comes to with what is chosen now.</summary>
    internal Totals? WithChoice { get; private set; }

    /// <summary>The optional lines that are taken.</summary>
    public IReadOnlyCollection<Guid> Chosen { get; private set; } = [];

    public Signature? Signed { get; private set; }

    public GetInvoice.Response? Invoice { get; private set; }

    public IReadOnlyList<Item> Items { get; private set; } = [];

    public IReadOnlyList<Visit> Visits { get; private set; } = [];

    public Guid OptOut { get; private set; }

    public string? Problem { get; private set; }

    public string? Name { get; private set; }

    public string Path => Request.Path;

    public bool IsForAll => Visitor is { EstimateId: null, InvoiceId: null };

    public async Task<IActionResult> OnGetAsync(string token, [FromQuery] Guid? document, [FromQuery] Guid[]? take, [FromQuery] bool chosen, CancellationToken ct)
    {
        Language.Choose(HttpContext);
        return await ShowAsync(token, document, chosen ? take ?? [] : null, seen: true, ct) ? Page() : Nowhere();
    }

    public async Task<IActionResult> OnPostAsync(
        string token, [FromQuery] Guid? document, [FromForm] string? decision, [FromForm(Name = "signed_name")] string? name, [FromForm] string? drawing,
        [FromForm(Name = "content_hash")] string? hash, [FromForm] int? revision, [FromForm] Guid[]? take, CancellationToken ct)
    {
        var visitor = await Portal.Visitor.OfAsync(new ReadDb(source, null), token, time, ct);
        var wanted = visitor?.EstimateId ?? document;
        if (visitor is null || wanted is not { } id || !visitor.Shows(id) || decision is not ("approve" or "decline")) return Nowhere();
        if (!await IsTheirsAsync(visitor, id, ct)) return Nowhere();

        try
        {
            await using var db = tenants.Open(visitor.Caller.Tenant);
            await DecideEstimate.Handle(visitor, new(id), new(decision == "approve", name, drawing, hash, revision, take), db, time, HttpContext, ct);
            Response.SeeOther(document is null ? $"/portal/{token}" : $"/portal/{token}?document={id}");
            return new EmptyResult();
        }
        catch (RuleException refused) when (refused.Code is not "NOT_FOUND")
        {
            Problem = refused.Message;
            Name = name;
            Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
            return await ShowAsync(token, document, take, seen: false, ct) ? Page() : Nowhere();
        }
    }

    private async Task<bool> IsTheirsAsync(Visitor visitor, Guid estimate, CancellationToken ct) => await new ReadDb(source, visitor.Caller.Tenant).ValueAsync<bool>(
        $"select exists (select from estimates where account_id = {visitor.AccountId} and id = {estimate} and client_id = {visitor.ClientId} and status <> 'draft')", ct);

    private async Task<bool> ShowAsync(string token, Guid? document, Guid[]? take, bool seen, CancellationToken ct)
    {
        if (await Portal.Visitor.OfAsync(new ReadDb(source, null), token, time, ct) is not { } visitor) return false;

        var (client, account) = (visitor.Caller, visitor.AccountId);
        var db = new ReadDb(source, client.Tenant);
        Visitor = visitor;
        Clock = new(time, client.TimeZone) { Say = Language.For(HttpContext) };
        Response.Headers["X-Robots-Tag"] = "noindex, nofollow";
        (From, ClientName, OptOut, Items, Visits) = await db.ReadAsync(
            [
                $"select name, address_line1, city, state, zip, phone, email, tax_id, exists (select from logos where account_id = accounts.id) as has_logo from accounts where id = {account}",
                $"select name, opt_out_token from clients where account_id = {account} and id = {visitor.ClientId}",
                $"""
                select * from (
                  select id, estimate_number as number, status, total_cents, 0::bigint as open_cents, sent_at as at, expires_on as due, false as is_invoice
                  from estimates where account_id = {account} and client_id = {visitor.ClientId} and status not in ('draft', 'superseded')
                  union all
                  select id, invoice_number, {StatusToday.Of(Clock.Today)}, total_cents, balance_cents, sent_at, due_date, true
                  from invoices where account_id = {account} and client_id = {visitor.ClientId} and status not in ('draft', 'void')) d
                where {visitor.EstimateId is null && visitor.InvoiceId is null} order by at desc limit 100
                """,
                $"""
                select j.title, v.status, v.scheduled_start, v.scheduled_end, u.full_name as technician, p.address
                from visits v join jobs j on j.account_id = v.account_id and j.id = v.job_id
                left join properties p on p.account_id = j.account_id and p.id = j.property_id left join users u on u.account_id = v.account_id and u.id = v.assigned_user_id
                where v.account_id = {account} and j.client_id = {visitor.ClientId} and v.status in ('scheduled', 'arrived', 'in_progress') and v.scheduled_end > {Clock.Now}
                  and ({visitor.EstimateId is null && visitor.InvoiceId is null} or j.id in (select job_id from estimates where account_id = {account} and id = {visitor.EstimateId}
                       union select job_id from invoices where account_id = {account} and id = {visitor.InvoiceId}))
                order by v.scheduled_start limit 20
                """,
            ],
            async (results, stop) =>
            {
                var from = (await results.FirstAsync<Company>(stop))!;
                var (name, optOut) = (await results.ListAsync(row => (row.GetString(0), row.GetGuid(1)), stop))[0];
                return (from, name, optOut, await results.ListAsync<Item>(stop), await results.ListAsync<Visit>(stop));
            }, ct);

        if (!await ShowDocumentAsync(visitor, db, document, take, ct)) return false;

        if (seen)
        {
            await using var writing = tenants.Open(client.Tenant);
            await PortalSql.Seen(writing, visitor, Clock.Now, ct);
            await writing.CommitAsync(ct);
        }

        return true;
    }

    private async Task<bool> ShowDocumentAsync(Visitor visitor, ReadDb db, Guid? document, Guid[]? take, CancellationToken ct)
    {
        var client = visitor.Caller;
        var asked = visitor.EstimateId ?? visitor.InvoiceId ?? document;
        if (asked is not { } id) return true;

        var isEstimate = visitor.EstimateId is not null || (visitor.InvoiceId is null && await IsTheirsAsync(visitor, id, ct));
        if (isEstimate)
        {
            if (!await IsTheirsAsync(visitor, id, ct)) return false;

            Estimate = (await GetEstimate.Handle(new(id), client, db, ct)).Value!.Data;
            var options = Estimate.LineItems.Where(line => line.Optional is true).ToList();
            Chosen = take is { } taken ? [.. options.Select(line => line.Id.Value).Where(taken.Contains)] : [.. options.Where(line => line.Chosen is true).Select(line => line.Id.Value)];
            if (take is not null && Estimate.Status is EstimateStatus.Sent) WithChoice = Choice.Of(Estimate, [.. Chosen.Select(line => new LineItemId(line))]);
            Signed = await db.FirstAsync<Signature>($"select drawing, signed_at from estimate_signatures where account_id = {visitor.AccountId} and estimate_id = {id}", ct);
            return true;
        }

        if (!await db.ValueAsync<bool>($"select exists (select from invoices where account_id = {visitor.AccountId} and id = {id} and client_id = {visitor.ClientId} and status <> 'draft')", ct)) return false;

        Invoice = (await GetInvoice.Handle(new(id), client, db, ct)).Value!.Data;
        Iban = (await AccountSettings.OfAsync(db, client.Account, ct)).EInvoice.Iban;
        return true;
    }

    private PageResult Nowhere()
    {
        Visitor = null;
        var page = Page();
        page.StatusCode = StatusCodes.Status404NotFound;
        return page;
    }
}
