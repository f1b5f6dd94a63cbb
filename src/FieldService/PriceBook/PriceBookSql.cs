using System.Data.Common;
using Npgsql;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.PriceBook;

/// <summary>Every statement that writes <c>price_book_items</c>.</summary>
internal static class PriceBookSql
{
    public static Task<PriceBookItem?> FindForUpdate(Db db, AccountId account, PriceBookItemId id, CancellationToken ct) =>
        db.FirstAsync($"select {Columns} from price_book_items where account_id = {account} and id = {id} for update", Read, ct);

    /// <inheritdoc cref="Web.LockVersion"/>
    public static async Task<int?> LockVersion(Db db, CurrentUser user, Guid id, CancellationToken ct) => (await FindForUpdate(db, user.Account, new(id), ct))?.Version;

    /// <summary>
    /// What an item is at this moment, for a line or a part that is to keep it. It is not locked, because a technician may not: whoever refers to it is refused
    /// by the foreign key if it is deleted meanwhile.
    /// </summary>
    /// <exception cref="RuleException">NOT_FOUND; PRECONDITION_FAILED when it is archived.</exception>
    public static async Task<ItemSnapshot> SnapshotAsync(Db db, AccountId account, PriceBookItemId id, CancellationToken ct)
    {
        var item = await db.FirstAsync($"select {Columns} from price_book_items where account_id = {account} and id = {id}", Read, ct)
            ?? throw Missing.Of("item of the price book", "price_book_item_id");
        return item.ArchivedAt is null ? ItemSnapshot.Of(item) : throw PriceBookRules.IsArchived();
    }

    public static async Task<PriceBookItem> Insert(Db db, PriceBookItem item, CancellationToken ct)
    {
        try
        {
            return (await db.FirstAsync($"""
                insert into price_book_items (account_id, id, kind, code, name, description, unit, unit_cost, unit_price, category, tax_rate_millionths, labour_minutes)
                values ({item.AccountId}, {item.Id}, {item.Kind}, {item.Code}, {item.Name}, {item.Description}, {item.Unit}, {item.UnitCost}, {item.UnitPrice},
                        {item.Category}, {item.TaxRate}, {item.LabourMinutes})
                returning {Columns}
                """, Read, ct))!;
        }
        catch (PostgresException taken) when (IsTaken(taken))
        {
            throw PriceBookRules.CodeIsTaken(item.Code);
        }
    }

    public static async Task<PriceBookItem> Save(Db db, PriceBookItem item, CancellationToken ct)
    {
        try
        {
            return (await db.FirstAsync($"""
                update price_book_items
                set kind = {item.Kind}, code = {item.Code}, name = {item.Name}, description = {item.Description}, unit = {item.Unit}, unit_cost = {item.UnitCost},
                    unit_price = {item.UnitPrice}, category = {item.Category}, tax_rate_millionths = {item.TaxRate}, labour_minutes = {item.LabourMinutes},
                    archived_at = {item.ArchivedAt}
                where account_id = {item.AccountId} and id = {item.Id}
                returning {Columns}
                """, Read, ct))!;
        }
        catch (PostgresException taken) when (IsTaken(taken))
        {
            throw PriceBookRules.CodeIsTaken(item.Code);
        }
    }

    /// <exception cref="RuleException">CONFLICT when something was made from it.</exception>
    public static async Task Delete(Db db, PriceBookItem item, CancellationToken ct)
    {
        try
        {
            await db.RunAsync($"delete from price_book_items where account_id = {item.AccountId} and id = {item.Id}", ct);
        }
        catch (PostgresException used) when (used.SqlState is PostgresErrorCodes.ForeignKeyViolation)
        {
            // Whatever refers to an item keeps it, also what later features add; so the state alone decides and not a list of names.
            throw PriceBookRules.IsInUse();
        }
    }

    public static Sql Columns => $"""
        id, account_id, kind, code, name, description, unit, unit_cost, unit_price, category, tax_rate_millionths, labour_minutes, archived_at, created_at, updated_at, version
        """;

    public static PriceBookItem Read(DbDataReader row) => new(
        new(row.GetGuid(0)),
        new(row.GetGuid(1)),
        Words<ItemKind>.Parse(row.GetString(2)),
        row.GetString(3),
        row.GetString(4),
        row.IsDBNull(5) ? null : row.GetString(5),
        row.GetString(6),
        row.IsDBNull(7) ? null : row.GetDecimal(7),
        row.GetDecimal(8),
        row.IsDBNull(9) ? null : row.GetString(9),
        row.IsDBNull(10) ? null : new Percent(row.GetInt32(10)),
        row.IsDBNull(11) ? null : row.GetInt32(11),
        row.IsDBNull(12) ? null : row.GetFieldValue<DateTimeOffset>(12),
        row.GetFieldValue<DateTimeOffset>(13),
        row.GetFieldValue<DateTimeOffset>(14))
    {
        Version = row.GetInt32(15),
    };

    private static bool IsTaken(PostgresException error) => error is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "one_active_item_per_code" };
}
