using System.Data.Common;
using System.Text.Json;
using Npgsql;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Taxes;

/// <summary>Every statement that writes <c>tax_groups</c> and <c>tax_group_rates</c>.</summary>
internal static class TaxGroupSql
{
    private const string NameIsGivenOnce = "one_tax_group_per_name";
    private const string OneDefault = "one_default_tax_group";

    public static async Task<TaxGroup?> FindForUpdate(Db db, AccountId account, TaxGroupId id, CancellationToken ct) =>
        await LockVersion(db, account, id.Value, ct) is null ? null : await Find(db, account, id, ct);

    /// <inheritdoc cref="Web.LockVersion"/>
    public static Task<int?> LockVersion(Db db, CurrentUser user, Guid id, CancellationToken ct) => LockVersion(db, user.Account, id, ct);

    public static Task<TaxGroup?> Find(Db db, AccountId account, TaxGroupId id, CancellationToken ct) =>
        db.FirstAsync($"select {Columns} from tax_groups g where g.account_id = {account} and g.id = {id}", Read, ct);

    /// <summary>These groups, and the one that new documents have.</summary>
    public static Sql ThoseAndTheUsual(AccountId account, Guid[] ids) => $"select {Columns} from tax_groups g where g.account_id = {account} and (g.id = any({ids}) or g.is_default)";

    public static async Task<TaxGroup> Insert(Db db, TaxGroup group, CancellationToken ct)
    {
        if (group.IsDefault) await YieldDefault(db, group, ct);
        await WriteAsync(db, $"""
            insert into tax_groups (account_id, id, name, is_default, is_active, vat_category, exemption_reason)
            values ({group.AccountId}, {group.Id}, {group.Name}, {group.IsDefault}, {group.IsActive}, {group.VatCategory}, {group.ExemptionReason})
            """, ct);
        await AddParts(db, group, ct);
        return (await Find(db, group.AccountId, group.Id, ct))!;
    }

    public static async Task<TaxGroup> Save(Db db, TaxGroup group, CancellationToken ct)
    {
        if (group.IsDefault) await YieldDefault(db, group, ct);
        await WriteAsync(db, $"""
            update tax_groups set name = {group.Name}, is_default = {group.IsDefault}, is_active = {group.IsActive}, vat_category = {group.VatCategory}, exemption_reason = {group.ExemptionReason} where account_id = {group.AccountId} and id = {group.Id}
            """, ct);
        await db.RunAsync($"delete from tax_group_rates where account_id = {group.AccountId} and tax_group_id = {group.Id}", ct);
        await AddParts(db, group, ct);
        return (await Find(db, group.AccountId, group.Id, ct))!;
    }

    public static async Task Delete(Db db, TaxGroup group, CancellationToken ct)
    {
        try
        {
            await db.RunAsync($"delete from tax_groups where account_id = {group.AccountId} and id = {group.Id}", ct);
        }
        catch (PostgresException used) when (used is { SqlState: PostgresErrorCodes.ForeignKeyViolation })
        {
            throw TaxRules.IsOnADocument();
        }
    }

    /// <summary>
    /// Whether some group that has this rate comes to more than everything. The groups are locked first, and only then is looked: a statement that waited
    /// for a lock still sees the other rates as they were when it began.
    /// </summary>
    public static async Task<bool> AnyIsTooMuch(Db db, TaxRate rate, CancellationToken ct)
    {
        await db.RunAsync($"""
            select from tax_groups g
            where g.account_id = {rate.AccountId} and g.id in (select tax_group_id from tax_group_rates where account_id = {rate.AccountId} and tax_rate_id = {rate.Id})
            order by g.id for update
            """, ct);
        return await db.ValueAsync<bool>($"""
            select exists (
              select from tax_group_rates p
              join tax_rates r on r.account_id = p.account_id and r.id = p.tax_rate_id
              where p.account_id = {rate.AccountId}
              group by p.tax_group_id having sum(r.rate_millionths) > 1000000 and bool_or(r.id = {rate.Id}))
            """, ct);
    }

    public static Sql Columns => $"""
        g.id, g.account_id, g.name, g.is_default, g.is_active, g.created_at, g.updated_at, g.version,
        (select coalesce(jsonb_agg(jsonb_build_object('id', r.id, 'name', r.name, 'rate', r.rate_millionths / 10000.0) order by p.sort_order), '[]')::text
         from tax_group_rates p join tax_rates r on r.account_id = p.account_id and r.id = p.tax_rate_id
         where p.account_id = g.account_id and p.tax_group_id = g.id),
        g.vat_category, g.exemption_reason
        """;

    public static TaxGroup Read(DbDataReader row) => new(
        new(row.GetGuid(0)), new(row.GetGuid(1)), row.GetString(2), row.GetBoolean(3), row.GetBoolean(4),
        JsonSerializer.Deserialize<List<TaxGroup.Part>>(row.GetString(8), WireJson.Options)!, row.GetFieldValue<DateTimeOffset>(5), row.GetFieldValue<DateTimeOffset>(6))
    {
        Version = row.GetInt32(7),
        VatCategory = row.IsDBNull(9) ? null : Words<VatCategory>.Parse(row.GetString(9)),
        ExemptionReason = row.IsDBNull(10) ? null : row.GetString(10),
    };

    private static Task<int?> LockVersion(Db db, AccountId account, Guid id, CancellationToken ct) =>
        db.ValueAsync<int?>($"select version from tax_groups where account_id = {account} and id = {id} for update", ct);

    private static Task YieldDefault(Db db, TaxGroup to, CancellationToken ct) =>
        db.RunAsync($"update tax_groups set is_default = false where account_id = {to.AccountId} and is_default and id <> {to.Id}", ct);

    private static async Task WriteAsync(Db db, Sql write, CancellationToken ct)
    {
        try
        {
            await db.RunAsync(write, ct);
        }
        catch (PostgresException taken) when (taken is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: NameIsGivenOnce })
        {
            throw TaxRules.NameIsTaken("group");
        }
        catch (PostgresException taken) when (taken is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: OneDefault })
        {
            throw TaxRules.AnotherBecameTheDefault();
        }
    }

    private static async Task AddParts(Db db, TaxGroup group, CancellationToken ct)
    {
        // The share lock keeps a rate as it is until the sum has been seen.
        var rates = await db.ListAsync($"""
            select rate_millionths from tax_rates where account_id = {group.AccountId} and id = any({group.Rates.Select(part => part.Id.Value).ToArray()}) order by id for share
            """, static row => row.GetInt32(0), ct);
        if (rates.Count != group.Rates.Count) throw Missing.Of("tax rate", "tax_rate_ids");
        if (rates.Sum(rate => (long)rate) > 1_000_000) throw TaxRules.IsMoreThanEverything();

        await db.RunAsync($"""
            insert into tax_group_rates (account_id, tax_group_id, tax_rate_id, sort_order)
            select {group.AccountId}, {group.Id}, part.id, part.place
            from unnest({group.Rates.Select(part => part.Id.Value).ToArray()}) with ordinality as part (id, place)
            """, ct);
    }
}
