using System.Data.Common;
using Npgsql;
using Outpost.FieldService.Accounts;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Parts;

/// <summary>Every statement that writes <c>visit_parts</c>. Whose visit a part belongs to is known to the policy of the table.</summary>
internal static class PartSql
{
    public static async Task<VisitPart?> FindForUpdate(Db db, AccountId account, PartId id, CancellationToken ct)
    {
        // Whether it is billed is looked at under the lock: whoever bills a part locks it first.
        if (await db.ValueAsync<Guid?>($"select id from visit_parts where account_id = {account} and id = {id} for update", ct) is null) return null;

        return await db.FirstAsync($"select {Columns} from visit_parts p where p.account_id = {account} and p.id = {id}", Read, ct);
    }

    /// <inheritdoc cref="Web.LockVersion"/>
    public static async Task<int?> LockVersion(Db db, CurrentUser user, Guid id, CancellationToken ct) => (await FindForUpdate(db, user.Account, new(id), ct))?.Version;

    public static async Task<VisitPart> Insert(Db db, VisitPart part, CancellationToken ct)
    {
        part.SeeThatItFits();
        try
        {
            return (await db.FirstAsync($"""
                insert into visit_parts as p (account_id, id, visit_id, job_id, price_book_item_id, code, description, unit, quantity, unit_cost, unit_price,
                                              tax_rate_millionths, is_billable, used_on, recorded_by)
                values ({part.AccountId}, {part.Id}, {part.VisitId}, {part.JobId}, {part.PriceBookItemId}, {part.Code}, {part.Description}, {part.Unit}, {part.Quantity},
                        {part.UnitCost}, {part.UnitPrice}, {part.TaxRate}, {part.IsBillable}, {part.UsedOn}, {part.RecordedBy})
                returning {Columns}
                """, Read, ct))!;
        }
        catch (PostgresException gone) when (gone is { SqlState: PostgresErrorCodes.ForeignKeyViolation, ConstraintName: "a_part_comes_from_the_price_book_of_its_account" })
        {
            throw Web.Missing.Of("item of the price book", "price_book_item_id");
        }
    }

    public static async Task<VisitPart> Save(Db db, VisitPart part, CancellationToken ct)
    {
        part.SeeThatItFits();
        return (await db.FirstAsync($"""
            update visit_parts p
            set description = {part.Description}, unit = {part.Unit}, quantity = {part.Quantity}, unit_cost = {part.UnitCost}, unit_price = {part.UnitPrice},
                tax_rate_millionths = {part.TaxRate}, is_billable = {part.IsBillable}, used_on = {part.UsedOn}
            where p.account_id = {part.AccountId} and p.id = {part.Id}
            returning {Columns}
            """, Read, ct))!;
    }

    public static Task Delete(Db db, VisitPart part, CancellationToken ct) => db.RunAsync($"delete from visit_parts where account_id = {part.AccountId} and id = {part.Id}", ct);

    public static Sql Columns => $"""
        p.id, p.account_id, p.visit_id, p.job_id, p.price_book_item_id, p.code, p.description, p.unit, p.quantity, p.unit_cost, p.unit_price, p.tax_rate_millionths,
        p.is_billable, p.used_on, p.recorded_by, p.created_at, p.updated_at, p.version, invoice_that_bills(p.id) is not null
        """;

    public static VisitPart Read(DbDataReader row) => new(
        new(row.GetGuid(0)),
        new(row.GetGuid(1)),
        new(row.GetGuid(2)),
        new(row.GetGuid(3)),
        row.IsDBNull(4) ? null : new(row.GetGuid(4)),
        row.IsDBNull(5) ? null : row.GetString(5),
        row.GetString(6),
        row.GetString(7),
        Quantity.Of(row.GetDecimal(8)),
        row.IsDBNull(9) ? null : row.GetDecimal(9),
        row.IsDBNull(10) ? null : row.GetDecimal(10),
        row.IsDBNull(11) ? null : new Percent(row.GetInt32(11)),
        row.GetBoolean(12),
        row.GetFieldValue<DateOnly>(13),
        new(row.GetGuid(14)),
        row.GetFieldValue<DateTimeOffset>(15),
        row.GetFieldValue<DateTimeOffset>(16))
    {
        Version = row.GetInt32(17),
        IsBilled = row.GetBoolean(18),
    };
}
