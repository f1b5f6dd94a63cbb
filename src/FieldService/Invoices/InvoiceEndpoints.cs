using Outpost.FieldService.Web;

namespace Outpost.FieldService.Invoices;

internal static class InvoiceEndpoints
{
    public static void MapInvoices(this IEndpointRouteBuilder app)
    {
        var invoices = app.MapGroup("/api/v1/invoices").WithTags("Invoices");

        invoices.MapGet("", ListInvoices.Handle).Requires(Ability.ReadMoney).WithSummary("Invoices, newest first");
        invoices.MapPost("", CreateInvoice.Handle).Requires(Ability.ManageMoney).WithSummary("Draft an invoice");
        invoices.MapGet("/export", ExportInvoices.Handle).Requires(Ability.ReadMoney).WithSummary("Invoices as CSV");
        invoices.MapGet("/{id}", GetInvoice.Handle).Requires(Ability.ReadMoney).WithVersion().WithSummary("One invoice with its lines, taxes and balance");
        invoices.MapPatch("/{id}", ChangeInvoice.Handle).Requires(Ability.ManageMoney).Versioned(InvoiceSql.LockVersion).WithSummary("Change a draft");
        invoices.MapDelete("/{id}", DeleteInvoice.Handle).Requires(Ability.DeleteMoney).Versioned(InvoiceSql.LockVersion).WithSummary("Delete a draft");
        invoices.MapPost("/{id}/transition", TransitionInvoice.Handle).Requires(Ability.ManageMoney).Versioned(InvoiceSql.LockVersion).WithSummary("Issue an invoice, call it overdue or make it void");
        invoices.MapPost("/{id}/letters", MailInvoice.Handle).Requires(Ability.ManageMoney).WithSummary("Send an issued invoice to the client by e-mail, with its PDF");

        app.MapPost("/api/v1/estimates/{id}/convert", ConvertEstimate.Handle).WithTags("Invoices").Requires(Ability.ManageMoney).WithSummary("Make the invoice of an approved estimate");
    }
}
