using Outpost.FieldService.Web;

namespace Outpost.FieldService.Payments;

internal static class PaymentEndpoints
{
    public static void MapPayments(this IEndpointRouteBuilder app)
    {
        var payments = app.MapGroup("/api/v1").WithTags("Payments");

        payments.MapGet("/invoices/{id}/payments", ListPayments.Handle).Requires(Ability.ReadMoney).WithSummary("The payments of an invoice");
        payments.MapPost("/invoices/{id}/payments", RecordPayment.Handle).Requires(Ability.ManageMoney).WithSummary("Record a payment");
        payments.MapPost("/estimates/{id}/deposits", RecordDeposit.Handle).Requires(Ability.ManageMoney).WithSummary("Record a deposit for an approved estimate");
        payments.MapDelete("/payments/{id}", TakeBackPayment.Handle).Requires(Ability.DeleteMoney).WithSummary("Take back a payment or a deposit");
        payments.MapPost("/payments/{id}/refunds", RefundPayment.Handle).Requires(Ability.ManageMoney).WithSummary("Refund a payment, in whole or in part");
        payments.MapPost("/invoices/{id}/write-off", WriteOff.Handle).Requires(Ability.ManageMoney).WithSummary("Give up what is still owed");
        payments.MapGet("/ledger", ListLedger.Handle).Requires(Ability.ReadMoney).WithSummary("The ledger, newest first");
        payments.MapGet("/ledger/export", ExportLedger.Handle).Requires(Ability.ReadMoney).WithSummary("The ledger as CSV");
        payments.MapPost("/ledger/{id}/reversal", ReverseEntry.Handle).Requires(Ability.ManageMoney).WithSummary("Undo a write-off or the use of a credit");
    }
}
