using Outpost.FieldService.Web;
using Outpost.Platform.Http;

namespace Outpost.FieldService.Expenses;

internal static class ExpenseEndpoints
{
    public static void AddExpenses(this IServiceCollection services) => services.AddSingleton<ReceiptFiles>();

    public static void MapExpenses(this IEndpointRouteBuilder app)
    {
        var expenses = app.MapGroup("/api/v1/expenses").WithTags("Expenses");

        expenses.MapGet("", ListExpenses.Handle).Requires(Ability.WorkVisits).WithSummary("Expenses, the latest first, with their sum; a technician sees their own");
        expenses.MapPost("", RecordExpense.Handle).Requires(Ability.WorkVisits).WithSummary("Record an expense; takes an Idempotency-Key");
        expenses.MapGet("/export", ListExpenses.Export).Requires(Ability.ReadMoney).WithSummary("Expenses as CSV");
        expenses.MapGet("/{id}", ListExpenses.One).Requires(Ability.WorkVisits).WithVersion().WithSummary("One expense");
        expenses.MapPatch("/{id}", ChangeExpense.Handle).Requires(Ability.WorkVisits).Versioned(ExpenseSql.LockVersion).WithSummary("Correct an expense until it is billed");
        expenses.MapDelete("/{id}", ChangeExpense.Delete).Requires(Ability.WorkVisits).Versioned(ExpenseSql.LockVersion).WithSummary("Strike an expense until it is billed");
        expenses.MapGet("/{id}/receipt", KeepReceipt.Show).Requires(Ability.WorkVisits).WithSummary("The receipt as it came");
        // A little more than the largest receipt, so that one that is too large is told so rather than cut off.
        expenses.MapPut("/{id}/receipt", KeepReceipt.Handle).Requires(Ability.WorkVisits).WithBodyLimit(ExpenseRules.LargestReceipt + 1).WithSummary("Keep the receipt: the body is a PDF or a picture of up to 10 MB");
        expenses.MapDelete("/{id}/receipt", KeepReceipt.Remove).Requires(Ability.WorkVisits).WithSummary("Take the receipt off");
    }
}
