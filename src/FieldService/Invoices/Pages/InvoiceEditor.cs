using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Clients;
using Outpost.FieldService.Clients.Pages;
using Outpost.FieldService.Documents.Pages;
using Outpost.FieldService.Web;
using Outpost.FieldService.Web.Forms;
using Outpost.FieldService.Web.Pages;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Invoices.Pages;

/// <summary>The office writes an invoice by hand: whom for, then the lines.</summary>
[Requires(Ability.ManageMoney)]
internal sealed class NewInvoicePage(ReadDb db) : PageModel
{
    public sealed record Job(Guid Id, string Title);

    public ClientChoice? Choice { get; private set; }

    public GetClient.Row Client { get; private set; } = null!;

    public IReadOnlyList<Job> Jobs { get; private set; } = [];

    public string? JobId { get; private set; }

    public int TermsDays { get; private set; }

    public DocumentEditor Editor { get; private set; } = null!;

    public CurrentUser Viewer => HttpContext.Caller();

    public async Task OnGetAsync([FromQuery] string? client, [FromQuery] string? job, [FromQuery] string? q, CancellationToken ct)
    {
        if (!ClientId.TryParse(client, out var id))
        {
            Choice = await ClientChoice.Of("invoice", "/app/invoices/new", q, Viewer, db, ct);
            return;
        }

        Client = (await GetClient.Handle(id, Viewer, db, ct)).Value!.Data;
        Jobs = await db.ListAsync<Job>($"select id, title from jobs where account_id = {Viewer.Account} and client_id = {id} and status <> 'cancelled' order by created_at desc, id desc limit 50", ct);
        JobId = job;
        var settings = await AccountSettings.OfAsync(db, Viewer.Account, ct);
        TermsDays = settings.PaymentTermsDays;
        var choices = await DocumentEditor.ChoicesAsync(db, Viewer.Account, ct);
        Editor = new(new(HttpContext, "invoice"), DocumentEditor.Kind.Invoice)
        {
            From = choices, TaxGroup = choices.Taxes.FirstOrDefault(tax => tax.IsDefault)?.Id.ToString(), PricesIncludeTax = settings.Documents.PricesIncludeTax, Currency = Viewer.Currency,
        };
    }
}

/// <summary>The office changes a draft.</summary>
[Requires(Ability.ManageMoney)]
internal sealed class EditInvoicePage(ReadDb db) : PageModel
{
    public GetInvoice.Response Invoice { get; private set; } = null!;

    public DocumentEditor Editor { get; private set; } = null!;

    public CurrentUser Viewer => HttpContext.Caller();

    public async Task OnGetAsync(Guid id, CancellationToken ct)
    {
        Invoice = (await GetInvoice.Handle(new(id), Viewer, db, ct)).Value!.Data;
        Editor = new(new(HttpContext, "invoice"), DocumentEditor.Kind.Invoice)
        {
            From = await DocumentEditor.ChoicesAsync(db, Viewer.Account, ct),
            Lines = [.. Invoice.LineItems.Select(line => line.Form())],
            Stored = new(Invoice.LineItems, Invoice.DiscountAmountCents, Invoice.SubtotalCents, Invoice.Taxes, Invoice.TotalCents),
            TaxGroup = Invoice.TaxGroupId?.Value.ToString(),
            TaxRate = Invoice.TaxGroupId is null ? Invoice.TaxRate : null,
            DiscountPercent = Field.Of(Invoice.DiscountPercent),
            DiscountCents = Invoice.DiscountPercent is null ? Field.Of(Invoice.DiscountCents) : null,
            Notes = Invoice.Notes,
            PricesIncludeTax = Invoice.PricesIncludeTax,
            Currency = Viewer.Currency,
        };
    }
}
