using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Documents;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Invoices;

/// <summary>The office corrects a draft. Fields that are left out stay, the tax rate too; lines are replaced as a whole.</summary>
internal static class ChangeInvoice
{
    public sealed record Response(bool Updated, GetInvoice.Response Data);

    public static async Task<Ok<Response>> Handle(InvoiceId id, Patch<CreateInvoice.Request> patch, CurrentUser user, Db db, CancellationToken ct)
    {
        var invoice = await InvoiceSql.FindForUpdate(db, user.Account, id, ct) ?? throw Missing.Of("invoice");
        if (invoice.Status is not InvoiceStatus.Draft) throw InvoiceRules.IsIssued(invoice.Status);

        var before = await GetInvoice.WrittenAsync(db, user.Account, id, ct);
        var change = await patch.OverAsync(Form(before, patch), ct);
        if (patch.Fields.All(field => field is "notes" or "due_date"))
        {
            await InvoiceSql.SaveHead(db, invoice with { Notes = change.Notes, DueDate = change.DueDate }, ct);
        }
        else
        {
            await RewriteAsync(db, invoice, change, ct);
        }

        var after = await GetInvoice.WrittenAsync(db, user.Account, id, ct);
        await AuditLog.Updated(db, user, "invoice", id, before, after, ct);
        await db.CommitAsync(ct);

        return TypedResults.Ok(new Response(true, after));
    }

    internal static async Task RewriteAsync(Db db, Invoice draft, CreateInvoice.Request change, CancellationToken ct)
    {
        var totals = await change.TotalsAsync(db, draft.AccountId, isNew: false, ct);
        var client = change.ClientId!.Value;
        await DocumentSql.SeeWhatItIsForAsync(db, draft.AccountId, client, change.JobId, change.PropertyId, ct);
        await InvoiceSql.Rewrite(db, draft with
        {
            ClientId = client,
            JobId = change.JobId,
            PropertyId = change.PropertyId,
            Notes = change.Notes,
            DueDate = change.DueDate,
            TaxRate = totals.TaxRate,
            FlatRateCents = change.FlatRateCents,
        }, totals, ct);
    }

    /// <summary>The invoice as it could be written today to get it again.</summary>
    internal static CreateInvoice.Request Form(GetInvoice.Response now) => new(
        now.ClientId, now.JobId, now.PropertyId, now.Notes, now.DueDate, now.TaxGroupId is null ? now.TaxRate : null, now.FlatRateCents,
        [.. now.LineItems.Select(line => line.Form())])
    {
        TaxGroupId = now.TaxGroupId,
        PricesIncludeTax = now.PricesIncludeTax,
        TaxRounding = now.TaxRounding,
        DiscountPercent = now.DiscountPercent,
        DiscountCents = now.DiscountCents,
    };

    private static CreateInvoice.Request Form(GetInvoice.Response now, Patch<CreateInvoice.Request> patch)
    {
        var form = Form(now);
        return form with
        {
            TaxRate = patch.Unless<Percent?>("tax_group_id", form.TaxRate),
            FlatRateCents = patch.HasAny("line_items") ? null : form.FlatRateCents,
            TaxGroupId = patch.Unless("tax_rate", form.TaxGroupId),
            DiscountPercent = patch.Unless("discount_cents", form.DiscountPercent),
            DiscountCents = patch.Unless("discount_percent", form.DiscountCents),
        };
    }
}
