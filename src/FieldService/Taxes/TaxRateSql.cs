using System.Data.Common;
using Npgsql;
using Outpost.FieldService.Accounts;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Taxes;

/// <summary>Every statement that writes <c>tax_rates</c>. A rate is locked before the groups it is in.</summary>
internal static class TaxRateSql
{
    public static Task<TaxRate?> FindForUpdate(Db db, AccountId account, TaxRateId id, CancellationToken ct) =>
        db.FirstAsync($"select {Columns} from tax_rates where account_id = {account} and id = {id} for update", Read, ct);

    /// <inheritdoc cref="Web.LockVersion"/>
    public static Task<int?> LockVersion(Db db, CurrentUser user, Guid id, CancellationToken ct) =>
        db.ValueAsync<int?>($"select version from tax_rates where account_id = {user.Account} and id = {id} for update", ct);

    public static Task<TaxRate> Insert(Db db, TaxRate rate, CancellationToken ct) => WriteAsync(db, $"""
        insert into tax_rates (account_id, id, name, rate_millionths) values ({rate.AccountId}, {rate.Id}, {rate.Name}, {rate.Rate}) returning {Columns}
        """, ct);

    public static Task<TaxRate> Save(Db db, TaxRate rate, CancellationToken ct) => WriteAsync(db, $"""
        update tax_rates set name = {rate.Name}, rate_millionths = {rate.Rate} where account_id = {rate.AccountId} and id = {rate.Id} returning {Columns}
        """, ct);

    public static async Task Delete(Db db, TaxRate rate, CancellationToken ct)
    {
        try
        {
            await db.RunAsync($"delete from tax_rates where account_id = {rate.AccountId} and id = {rate.Id}", ct);
        }
        catch (PostgresException used) when (used is { SqlState: PostgresErrorCodes.ForeignKeyViolation, ConstraintName: "a_part_is_a_tax_rate" })
        {
            throw TaxRules.IsPartOfAGroup();
        }
    }

    private static Sql Columns => $"id, account_id, name, rate_millionths, created_at, updated_at, version";

    private static TaxRate Read(DbDataReader row) => new(
        new(row.GetGuid(0)), new(row.GetGuid(1)), row.GetString(2), new(row.GetInt32(3)), row.GetFieldValue<DateTimeOffset>(4), row.GetFieldValue<DateTimeOffset>(5))
    {
        Version = row.GetInt32(6),
    };

    private static async Task<TaxRate> WriteAsync(Db db, Sql write, CancellationToken ct)
    {
        try
        {
            return (await db.FirstAsync(write, Read, ct))!;
        }
        catch (PostgresException taken) when (taken is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "one_tax_rate_per_name" })
        {
            throw TaxRules.NameIsTaken("rate");
        }
    }
}
