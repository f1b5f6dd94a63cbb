using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Expenses;

/// <summary>An expense is corrected, or struck, until an invoice charges for it.</summary>
internal static class ChangeExpense
{
    private static readonly string[] OfficeOnly = ["markup_rate", "is_tax_reclaimed", "user_id", "job_id", "visit_id"];

    public static async Task<Ok<One<Expense>>> Handle(ExpenseId id, Patch<RecordExpense.Request> patch, CurrentUser user, Db db, CancellationToken ct)
    {
        var expense = await FindAsync(db, user, id, ct);
        if (!user.IsOffice && OfficeOnly.FirstOrDefault(patch.Names) is { } field) throw ExpenseRules.OfficeDecides(field);
        if (patch.IsEmpty) return Answers.Ok(expense.For(user));
        if (expense.IsBilled) throw ExpenseRules.IsBilled();

        var change = await patch.OverAsync(RecordExpense.Request.Of(expense), ct);
        change.SeeThatItAddsUp();
        // Another visit brings its own job with it, unless both are named.
        if (patch.Names("visit_id") && !patch.Names("job_id") && change.VisitId is not null) change = change with { JobId = null };
        var job = await RecordExpense.JobOf(db, user, change, ct);
        return await SaveAsync(db, user, expense, change.Over(expense, job), ct);
    }

    public static async Task<NoContent> Delete(ExpenseId id, CurrentUser user, Db db, CancellationToken ct)
    {
        var expense = await FindAsync(db, user, id, ct);
        if (expense.IsBilled) throw ExpenseRules.IsBilled();

        await ExpenseSql.Delete(db, expense, ct);
        await AuditLog.Deleted(db, user, "expense", id, expense, ct);
        await db.CommitAsync(ct);

        return TypedResults.NoContent();
    }

    internal static async Task<Expense> FindAsync(Db db, CurrentUser user, ExpenseId id, CancellationToken ct) =>
        await ExpenseSql.FindForUpdate(db, user, id, ct) ?? throw Missing.Of("expense");

    internal static async Task<Ok<One<Expense>>> SaveAsync(Db db, CurrentUser user, Expense before, Expense after, CancellationToken ct)
    {
        var saved = await ExpenseSql.Save(db, after, ct);
        await AuditLog.Updated(db, user, "expense", saved.Id, before, saved, ct);
        await db.CommitAsync(ct);

        return Answers.Ok(saved.For(user));
    }
}
