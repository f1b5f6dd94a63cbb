using Outpost.FieldService.Web;

namespace Outpost.FieldService.Credits;

internal static class CreditEndpoints
{
    public static void MapCredits(this IEndpointRouteBuilder app)
    {
        var credits = app.MapGroup("/api/v1").WithTags("Credits");

        credits.MapGet("/credits", ListCredits.Handle).Requires(Ability.ReadMoney).WithSummary("What is held for clients");
        credits.MapGet("/credits/{id}", ListCredits.Get).Requires(Ability.ReadMoney).WithVersion().WithSummary("One credit");
        credits.MapPost("/credits/{id}/refunds", RefundCredit.Handle).Requires(Ability.ManageMoney).WithSummary("Give credit back as money");
        credits.MapGet("/credit-notes", ListCreditNotes.Handle).Requires(Ability.ReadMoney).WithSummary("Credit notes, newest first");
        credits.MapGet("/credit-notes/{id}", GetCreditNote.Handle).Requires(Ability.ReadMoney).WithSummary("One credit note with its lines and taxes");
        credits.MapPost("/invoices/{id}/credit-notes", IssueCreditNote.Handle).Requires(Ability.ManageMoney).WithSummary("Take back an invoice, in whole or in part");
        credits.MapPost("/invoices/{id}/credit-applications", ApplyCredit.Handle).Requires(Ability.ManageMoney).WithSummary("Pay an invoice with credit");
    }
}
