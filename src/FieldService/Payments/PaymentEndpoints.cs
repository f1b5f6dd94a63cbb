using Outpost.FieldService.Web;

namespace Outpost.FieldService.Payments;

internal static class PaymentEndpoints
{
    public static void MapPayments(this IEndpointRouteBuilder app)
    {
        var payments = app.MapGroup("/api/v1").WithTags("Payments");

        payments.MapGet("/invoices/{id}/payments", ListPayments.Handle).Requires(Ability.ReadMoney).WithSummary("The payments of an invoice");
        payments.MapPost("/invoices/{id}/payments", RecordPayment.Handle).Requires(Ability.ManageMoney).WithSummary("Record a payment");
        payments.MapDelete("/payments/{id}", TakeBackPayment.Handle).Requires(Ability.DeleteMoney).WithSummary("Take back a payment");
    }
}
