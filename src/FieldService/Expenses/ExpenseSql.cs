using System.Data.Common;
using Npgsql;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Expenses;

/// <summary>Every statement that writes <c>expenses</c>.</summary>
internal static class ExpenseSql
{
    public static async Task<Expense?> FindForUpdate(Db db, CurrentUser user, ExpenseId id, CancellationToken ct)
    {
        // Whether it is billed is looked at under the lock: whoever bills an expense locks it first.
        if (await db.ValueAsync<Guid?>($"select id from expenses e where e.account_id = {user.Account} and e.id = {id} {TheirOwn(user)} for update", ct) is null) return null;

        return await db.FirstAsync($"select {Columns} from expenses e where e.account_id = {user.Account} and e.id = {id}", Read, ct);
    }

    /// <inheritdoc cref="Web.LockVersion"/>
    public static async Task<int?> LockVersion(Db db, CurrentUser user, Guid id, CancellationToken ct) => (await FindForUpdate(db, user, new(id), ct))?.Version;

    public static async Task<Expense> Insert(Db db, Expense expense, CancellationToken ct)
    {
        try
        {
            return (await db.FirstAsync($"""
                insert into expenses as e (account_id, id, user_id, job_id, visit_id, category, description, vendor, spent_on, amount_cents, tax_cents, is_tax_reclaimed, paid_by,
                                           is_billable, markup_millionths, created_by)
                values ({expense.AccountId}, {expense.Id}, {expense.UserId}, {expense.JobId}, {expense.VisitId}, {expense.Category}, {expense.Description}, {expense.Vendor},
                        {expense.SpentOn}, {expense.AmountCents}, {expense.TaxCents}, {expense.IsTaxReclaimed}, {expense.PaidBy}, {expense.IsBillable}, {expense.MarkupRate},
                        {expense.CreatedBy})
                returning {Columns}
                """, Read, ct))!;
        }
        catch (PostgresException unknown) when (Unknown(unknown) is { } missing)
        {
            throw missing;
        }
    }

    public static async Task<Expense> Save(Db db, Expense expense, CancellationToken ct)
    {
        try
        {
            return (await db.FirstAsync($"""
                update expenses e
                set user_id = {expense.UserId}, job_id = {expense.JobId}, visit_id = {expense.VisitId}, category = {expense.Category}, description = {expense.Description},
                    vendor = {expense.Vendor}, spent_on = {expense.SpentOn}, amount_cents = {expense.AmountCents}, tax_cents = {expense.TaxCents},
                    is_tax_reclaimed = {expense.IsTaxReclaimed}, paid_by = {expense.PaidBy}, is_billable = {expense.IsBillable}, markup_millionths = {expense.MarkupRate},
                    receipt_sha256 = {expense.Receipt?.Sha256}, receipt_type = {expense.Receipt?.Type}, receipt_bytes = {expense.Receipt?.Bytes}
                where e.account_id = {expense.AccountId} and e.id = {expense.Id}
                returning {Columns}
                """, Read, ct))!;
        }
        catch (PostgresException unknown) when (Unknown(unknown) is { } missing)
        {
            throw missing;
        }
    }

    public static Task Delete(Db db, Expense expense, CancellationToken ct) => db.RunAsync($"delete from expenses where account_id = {expense.AccountId} and id = {expense.Id}", ct);

    public static Sql? TheirOwn(CurrentUser user) => Sql.If(!user.IsOffice, $"and e.user_id = {user.Id}");

    public static Sql Columns => $"""
        e.id, e.account_id, e.user_id, e.job_id, e.visit_id, e.category, e.description, e.vendor, e.spent_on, e.amount_cents, e.tax_cents, e.is_tax_reclaimed, e.paid_by,
        e.is_billable, e.markup_millionths, e.cost_cents, e.charge_cents, e.receipt_sha256, e.receipt_type, e.receipt_bytes, e.created_by, e.created_at, e.updated_at,
        e.version, invoice_that_bills(e.id) is not null
        """;

    public static Expense Read(DbDataReader row) => new(
        new(row.GetGuid(0)),
        new(row.GetGuid(1)),
        new(row.GetGuid(2)),
        row.IsDBNull(3) ? null : new(row.GetGuid(3)),
        row.IsDBNull(4) ? null : new(row.GetGuid(4)),
        Words<ExpenseCategory>.Parse(row.GetString(5)),
        row.IsDBNull(6) ? null : row.GetString(6),
        row.IsDBNull(7) ? null : row.GetString(7),
        row.GetFieldValue<DateOnly>(8),
        new(row.GetInt64(9)),
        new(row.GetInt64(10)),
        row.GetBoolean(11),
        Words<PaidBy>.Parse(row.GetString(12)),
        row.GetBoolean(13),
        new Percent(row.GetInt32(14)),
        new(row.GetInt64(15)),
        new Money(row.GetInt64(16)),
        row.IsDBNull(17) ? null : new(row.GetString(17), row.GetString(18), row.GetInt64(19)),
        new(row.GetGuid(20)),
        row.GetFieldValue<DateTimeOffset>(21),
        row.GetFieldValue<DateTimeOffset>(22))
    {
        Version = row.GetInt32(23),
        IsBilled = row.GetBoolean(24),
    };

    private static RuleException? Unknown(PostgresException error) => (error.SqlState, error.ConstraintName) switch
    {
        (PostgresErrorCodes.ForeignKeyViolation, "an_expense_is_for_a_job_of_its_account") => Missing.Of("job", "job_id"),
        (PostgresErrorCodes.ForeignKeyViolation, "an_expense_is_for_a_visit_of_its_job") => Missing.Of("visit of this job", "visit_id"),
        (PostgresErrorCodes.ForeignKeyViolation, "an_expense_is_of_a_user_of_its_account") => Missing.Of("user", "user_id"),
        _ => null,
    };
}
