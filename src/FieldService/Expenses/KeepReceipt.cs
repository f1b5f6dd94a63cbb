using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Expenses;

/// <summary>The receipt of an expense: the body is the file itself. It may still be added when the expense is billed, because it changes no amount.</summary>
internal static class KeepReceipt
{
    public static async Task<Ok<One<Expense>>> Handle(ExpenseId id, HttpRequest http, CurrentUser user, ReadDb look, Db db, ReceiptFiles files, CancellationToken ct)
    {
        // Seen before the file is taken in, and found again after: no row is locked while somebody's telephone is sending.
        if (await look.ValueAsync<Guid?>($"select e.id from expenses e where e.account_id = {user.Account} and e.id = {id} {ExpenseSql.TheirOwn(user)}", ct) is null) throw Missing.Of("expense");
        if (http.ContentLength > ExpenseRules.LargestReceipt) throw ExpenseRules.ReceiptIsTooLarge();

        var receipt = await files.TakeInAsync(user.Account, http.Body, ct);
        var expense = await ChangeExpense.FindAsync(db, user, id, ct);
        return await ChangeExpense.SaveAsync(db, user, expense, expense with { Receipt = receipt }, ct);
    }

    public static async Task<Ok<One<Expense>>> Remove(ExpenseId id, CurrentUser user, Db db, CancellationToken ct)
    {
        var expense = await ChangeExpense.FindAsync(db, user, id, ct);
        if (expense.Receipt is null) return Answers.Ok(expense.For(user));

        return await ChangeExpense.SaveAsync(db, user, expense, expense with { Receipt = null }, ct);
    }

    /// <summary>The file as it came, for saving and never for showing within the page: a browser must not run what somebody has uploaded.</summary>
    public static async Task<FileStreamHttpResult> Show(ExpenseId id, HttpResponse http, CurrentUser user, ReadDb db, ReceiptFiles files, CancellationToken ct)
    {
        var receipt = await db.FirstAsync<Receipt>($"""
            select e.receipt_sha256 as sha256, e.receipt_type as type, e.receipt_bytes as bytes from expenses e
            where e.account_id = {user.Account} and e.id = {id} and e.receipt_sha256 is not null {ExpenseSql.TheirOwn(user)}
            """, ct) ?? throw Missing.Of("receipt");
        var file = files.Open(user.Account, receipt.Sha256) ?? throw Missing.Of("receipt any more");

        http.Headers.XContentTypeOptions = "nosniff";
        http.Headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        http.Headers.CacheControl = "private, no-store";
        return TypedResults.Stream(file, receipt.Type, $"receipt-{id.Value}.{PaperType.Extension(receipt.Type)}");
    }
}
