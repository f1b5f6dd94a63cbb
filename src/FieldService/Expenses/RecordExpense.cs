using System.ComponentModel.DataAnnotations;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Jobs;
using Outpost.FieldService.Visits;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Expenses;

/// <summary>Somebody spent money: a technician for a visit of theirs, the office for whatever and whomever.</summary>
internal static class RecordExpense
{
    /// <param name="UserId">Who spent it; the caller when it is left out.</param>
    /// <param name="JobId">The visit's job when a visit is named.</param>
    /// <param name="AmountCents">What was paid, tax included.</param>
    public sealed record Request(
        [property: Required] ExpenseCategory? Category,
        [property: Required] Money? AmountCents,
        Money? TaxCents,
        bool? IsTaxReclaimed,
        [property: Required] DateOnly? SpentOn,
        [property: StringLength(200)] string? Vendor,
        [property: StringLength(1000)] string? Description,
        UserId? UserId,
        JobId? JobId,
        VisitId? VisitId,
        PaidBy? PaidBy,
        bool? IsBillable,
        Percent? MarkupRate)
    {
        /// <summary>What only the office decides, by the name that the caller has for it; null when there is nothing of that.</summary>
        internal string? OfficeOnly(CurrentUser user) =>
            user.IsOffice ? null
            : MarkupRate is not null ? "markup_rate"
            : IsTaxReclaimed is not null ? "is_tax_reclaimed"
            : UserId is { } person && person != user.Id ? "user_id"
            : VisitId is null ? "visit_id"
            : null;

        /// <exception cref="RuleException">VALIDATION_ERROR</exception>
        internal void SeeThatItAddsUp()
        {
            if (AmountCents is { Cents: < 1 } || AmountCents > ExpenseRules.Most) throw ExpenseRules.AmountOutOfRange();
            if (TaxCents is { Cents: < 0 } || TaxCents > AmountCents) throw ExpenseRules.TaxOutOfRange();
            if (SpentOn is { Year: < 1900 or >= 2300 }) throw ExpenseRules.DayOutOfRange();
        }

        internal Expense Over(Expense expense, JobId? job) => expense with
        {
            UserId = UserId ?? expense.UserId,
            JobId = job,
            VisitId = VisitId,
            Category = Category!.Value,
            Description = Description,
            Vendor = Vendor,
            SpentOn = SpentOn!.Value,
            AmountCents = AmountCents!.Value,
            TaxCents = TaxCents ?? Money.Zero,
            IsTaxReclaimed = IsTaxReclaimed ?? false,
            PaidBy = PaidBy ?? Expenses.PaidBy.Company,
            IsBillable = IsBillable ?? false,
            MarkupRate = MarkupRate ?? Percent.Zero,
        };

        internal static Request Of(Expense e) => new(
            e.Category, e.AmountCents, e.TaxCents, e.IsTaxReclaimed, e.SpentOn, e.Vendor, e.Description, e.UserId, e.JobId, e.VisitId, e.PaidBy, e.IsBillable, e.MarkupRate);
    }

    public static async Task<IResult> Handle(Request request, CurrentUser user, Db db, Idempotency idempotency, CancellationToken ct)
    {
        request.SeeThatItAddsUp();
        if (request.OfficeOnly(user) is { } field) throw field is "visit_id" ? new RuleException("VALIDATION_ERROR", "Name the visit it was for.") { Field = field } : ExpenseRules.OfficeDecides(field);
        if (await idempotency.ReplayAsync(request, null, ct) is { } replay) return replay;

        var job = await JobOf(db, user, request, ct);
        var blank = new Expense(
            ExpenseId.New(), user.Account, user.Id, null, null, default, null, null, default, default, default, false, default, false, null, default, null, null, user.Id, default, default);
        var expense = await ExpenseSql.Insert(db, request.Over(blank, job), ct);
        await AuditLog.Inserted(db, user, "expense", expense.Id, expense, ct);
        return await idempotency.CommitAsync(StatusCodes.Status201Created, new One<Expense>(expense.For(user)), ct);
    }

    internal static async Task<JobId?> JobOf(Db db, CurrentUser user, Request request, CancellationToken ct)
    {
        if (request.VisitId is not { } visit) return request.JobId;

        var job = await VisitWork.JobOf(db, user.Account, visit, ct) ?? throw Missing.Of("visit", "visit_id");
        return request.JobId is null || request.JobId == job ? job : throw ExpenseRules.VisitOfAnotherJob();
    }
}
