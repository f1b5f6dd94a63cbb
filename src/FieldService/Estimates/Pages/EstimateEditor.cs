using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Clients;
using Outpost.FieldService.Clients.Pages;
using Outpost.FieldService.Documents;
using Outpost.FieldService.Documents.Pages;
using Outpost.FieldService.Web;
using Outpost.FieldService.Web.Forms;
using Outpost.FieldService.Web.Pages;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Estimates.Pages;

/// <summary>The office writes down what work would cost: whom for, then the lines.</summary>
[Requires(Ability.ManageMoney)]
internal sealed class NewEstimatePage(ReadDb db, WallClock clock) : PageModel
{
    private const int Lasts = 30;

    public sealed record Job(Guid Id, string Title);

    public ClientChoice? Choice { get; private set; }

    public GetClient.Row Client { get; private set; } = null!;

    public IReadOnlyList<Job> Jobs { get; private set; } = [];

    public string? JobId { get; private set; }

    public DocumentEditor Editor { get; private set; } = null!;

    public CurrentUser Viewer => HttpContext.Caller();

    /// <summary>Until when it is good unless somebody says otherwise.</summary>
    public DateOnly ExpiresOn => clock.Today.AddDays(Lasts);

    public async Task OnGetAsync([FromQuery] string? client, [FromQuery] string? job, [FromQuery] string? q, CancellationToken ct)
    {
        if (!ClientId.TryParse(client, out var id))
        {
            Choice = await ClientChoice.Of("estimate", "/app/estimates/new", q, Viewer, db, ct);
            return;
        }

        Client = (await GetClient.Handle(id, Viewer, db, ct)).Value!.Data;
        Jobs = await db.ListAsync<Job>($"select id, title from jobs where account_id = {Viewer.Account} and client_id = {id} and status not in ('cancelled', 'invoiced') order by created_at desc, id desc limit 50", ct);
        JobId = job;
        var settings = await AccountSettings.OfAsync(db, Viewer.Account, ct);
        var choices = await DocumentEditor.ChoicesAsync(db, Viewer.Account, ct);
        Editor = new(new(HttpContext, "estimate"), DocumentEditor.Kind.Estimate)
        {
            From = choices, TaxGroup = choices.Taxes.FirstOrDefault(tax => tax.IsDefault)?.Id.ToString(), PricesIncludeTax = settings.Documents.PricesIncludeTax, Currency = Viewer.Currency,
        };
    }
}

/// <summary>The office changes a draft.</summary>
[Requires(Ability.ManageMoney)]
internal sealed class EditEstimatePage(ReadDb db) : PageModel
{
    public GetEstimate.Response Estimate { get; private set; } = null!;

    public DocumentEditor Editor { get; private set; } = null!;

    public CurrentUser Viewer => HttpContext.Caller();

    public async Task OnGetAsync(Guid id, CancellationToken ct)
    {
        Estimate = (await GetEstimate.Handle(new(id), Viewer, db, ct)).Value!.Data;
        Editor = new(new(HttpContext, "estimate"), DocumentEditor.Kind.Estimate)
        {
            From = await DocumentEditor.ChoicesAsync(db, Viewer.Account, ct),
            Lines = [.. Estimate.LineItems.Select(line => line.Form())],
            Stored = new(Estimate.LineItems, Estimate.DiscountAmountCents, Estimate.SubtotalCents, Estimate.Taxes, Estimate.TotalCents),
            TaxGroup = Estimate.TaxGroupId?.Value.ToString(),
            TaxRate = Estimate.TaxGroupId is null ? Estimate.TaxRate : null,
            DiscountPercent = Field.Of(Estimate.DiscountPercent),
            DiscountCents = Estimate.DiscountPercent is null ? Field.Of(Estimate.DiscountCents) : null,
            Notes = Estimate.Notes,
            PricesIncludeTax = Estimate.PricesIncludeTax,
            Currency = Viewer.Currency,
        };
    }
}
