using System.Data.Common;
using Npgsql;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Documents;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Estimates;

/// <summary>Every statement that writes <c>estimates</c> and <c>estimate_line_items</c>. An estimate is locked before its invoice and its job.</summary>
internal static class EstimateSql
{
    public static Task<Estimate?> FindForUpdate(Db db, AccountId account, EstimateId id, CancellationToken ct) =>
        db.FirstAsync($"select {Columns} from estimates e where e.account_id = {account} and e.id = {id} for update", Read, ct);

    /// <inheritdoc cref="Web.LockVersion"/>
    public static Task<int?> LockVersion(Db db, CurrentUser user, Guid id, CancellationToken ct) =>
        db.ValueAsync<int?>($"select version from estimates where account_id = {user.Account} and id = {id} for update", ct);

    public static async Task Insert(Db db, Estimate estimate, Totals totals, CancellationToken ct)
    {
        try
        {
            await db.RunAsync($"""
                insert into estimates (account_id, id, client_id, job_id, property_id, status, tax_rate_millionths, flat_rate_cents,
                                       subtotal_cents, tax_cents, total_cents, notes, internal_notes, expires_at, created_by)
                values ({estimate.AccountId}, {estimate.Id}, {estimate.ClientId}, {estimate.JobId}, {estimate.PropertyId}, {estimate.Status}, {estimate.TaxRate},
                        {estimate.FlatRateCents}, {totals.Subtotal}, {totals.Tax}, {totals.Total}, {estimate.Notes}, {estimate.InternalNotes},
                        {estimate.ExpiresAt}, {estimate.CreatedBy})
                """, ct);
        }
        catch (PostgresException refused) when (DocumentRules.Of(refused) is { } rule)
        {
            throw rule;
        }

        await AddLines(db, estimate, totals, ct);
    }

    /// <summary>Everything that can be written on a draft, its lines and taxes replaced as a whole.</summary>
    public static async Task Rewrite(Db db, Estimate draft, Totals totals, CancellationToken ct)
    {
        try
        {
            await db.RunAsync($"""
                update estimates
                set client_id = {draft.ClientId}, job_id = {draft.JobId}, property_id = {draft.PropertyId}, tax_rate_millionths = {draft.TaxRate},
                    flat_rate_cents = {draft.FlatRateCents}, subtotal_cents = {totals.Subtotal}, tax_cents = {totals.Tax}, total_cents = {totals.Total},
                    notes = {draft.Notes}, internal_notes = {draft.InternalNotes}, expires_at = {draft.ExpiresAt}
                where account_id = {draft.AccountId} and id = {draft.Id}
                """, ct);
        }
        catch (PostgresException refused) when (DocumentRules.Of(refused) is { } rule)
        {
            throw rule;
        }

        await db.RunAsync($"delete from estimate_line_items where account_id = {draft.AccountId} and estimate_id = {draft.Id}", ct);
        await AddLines(db, draft, totals, ct);
    }

    public static Task SaveInternalNotes(Db db, Estimate estimate, CancellationToken ct) =>
        db.RunAsync($"update estimates set internal_notes = {estimate.InternalNotes} where account_id = {estimate.AccountId} and id = {estimate.Id}", ct);

    public static Task SaveStatus(Db db, Estimate estimate, CancellationToken ct) => db.RunAsync($"""
        update estimates set status = {estimate.Status}, sent_at = {estimate.SentAt}, decided_at = {estimate.DecidedAt}
        where account_id = {estimate.AccountId} and id = {estimate.Id}
        """, ct);

    public static Task Delete(Db db, Estimate estimate, CancellationToken ct) =>
        db.RunAsync($"delete from estimates where account_id = {estimate.AccountId} and id = {estimate.Id}", ct);

    public static Sql Columns => $"""
        e.id, e.account_id, e.client_id, e.job_id, e.property_id, e.status, e.tax_rate_millionths, e.flat_rate_cents, e.subtotal_cents, e.tax_cents, e.total_cents,
        e.notes, e.internal_notes, e.expires_at, e.sent_at, e.decided_at, e.created_by, e.created_at, e.updated_at, e.version
        """;

    public static Estimate Read(DbDataReader row) => new(
        new(row.GetGuid(0)),
        new(row.GetGuid(1)),
        new(row.GetGuid(2)),
        row.IsDBNull(3) ? null : new(row.GetGuid(3)),
        row.IsDBNull(4) ? null : new(row.GetGuid(4)),
        Words<EstimateStatus>.Parse(row.GetString(5)),
        new(row.GetInt32(6)),
        row.IsDBNull(7) ? null : new(row.GetInt64(7)),
        new(row.GetInt64(8)),
        new(row.GetInt64(9)),
        new(row.GetInt64(10)),
        row.IsDBNull(11) ? null : row.GetString(11),
        row.IsDBNull(12) ? null : row.GetString(12),
        row.IsDBNull(13) ? null : row.GetFieldValue<DateTimeOffset>(13),
        row.IsDBNull(14) ? null : row.GetFieldValue<DateTimeOffset>(14),
        row.IsDBNull(15) ? null : row.GetFieldValue<DateTimeOffset>(15),
        new(row.GetGuid(16)),
        row.GetFieldValue<DateTimeOffset>(17),
        row.GetFieldValue<DateTimeOffset>(18))
    {
        Version = row.GetInt32(19),
    };

    private static async Task AddLines(Db db, Estimate estimate, Totals totals, CancellationToken ct)
    {
        await db.RunAsync($"""
            insert into estimate_line_items (account_id, estimate_id, id, description, quantity, unit_price_cents, tax_rate_millionths, has_own_tax_rate, total_cents, sort_order)
            select {estimate.AccountId}, {estimate.Id}, lines.* from {DocumentSql.Unnested(totals)}
            """, ct);
        await DocumentSql.ReplaceTaxesAsync(db, estimate.AccountId, Document.Estimate, estimate.Id, totals, ct);
    }
}
