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
                                       subtotal_cents, tax_cents, total_cents, notes, internal_notes, expires_on, created_by,
                                       estimate_number, revision, first_revision_id, deposit_millionths, deposit_cents, {Pricing.Columns})
                values ({estimate.AccountId}, {estimate.Id}, {estimate.ClientId}, {estimate.JobId}, {estimate.PropertyId}, {estimate.Status}, {estimate.TaxRate},
                        {estimate.FlatRateCents}, {totals.Subtotal}, {totals.Tax}, {totals.Total}, {estimate.Notes}, {estimate.InternalNotes},
                        {estimate.ExpiresOn}, {estimate.CreatedBy},
                        {estimate.EstimateNumber}, {estimate.Revision}, {estimate.FirstRevisionId?.Value}, {estimate.DepositPercent?.Millionths}, {estimate.DepositCents?.Cents},
                        {DocumentSql.Values(totals.Pricing)})
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
                    notes = {draft.Notes}, internal_notes = {draft.InternalNotes}, expires_on = {draft.ExpiresOn},
                    deposit_millionths = {draft.DepositPercent?.Millionths}, deposit_cents = {draft.DepositCents?.Cents}, {DocumentSql.SetPricing(totals.Pricing)}
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
        update estimates set status = {estimate.Status}, sent_at = {estimate.SentAt}, decided_at = {estimate.DecidedAt}, superseded_at = {estimate.SupersededAt}
        where account_id = {estimate.AccountId} and id = {estimate.Id}
        """, ct);

    /// <summary>It goes out, under its number and with the fingerprint of what the client sees.</summary>
    public static Task SaveSent(Db db, Estimate estimate, CancellationToken ct) => db.RunAsync($"""
        update estimates set status = {estimate.Status}, sent_at = {estimate.SentAt}, estimate_number = {estimate.EstimateNumber}, content_hash = decode({estimate.ContentHash}, 'hex')
        where account_id = {estimate.AccountId} and id = {estimate.Id}
        """, ct);

    /// <summary>It is approved with other optional lines than were proposed: the amounts first, because only under an approval of this moment may the lines follow.</summary>
    /// <param name="lines">The lines of <paramref name="totals"/>, in their order.</param>
    public static async Task SaveChoice(Db db, Estimate approved, Totals totals, IReadOnlyList<LineItemId> lines, CancellationToken ct)
    {
        await db.RunAsync($"""
            update estimates
            set status = {approved.Status}, decided_at = {approved.DecidedAt}, subtotal_cents = {totals.Subtotal}, tax_cents = {totals.Tax}, total_cents = {totals.Total},
                discount_amount_cents = {totals.Pricing.DiscountAmount}, deposit_cents = {approved.DepositCents?.Cents}
            where account_id = {approved.AccountId} and id = {approved.Id}
            """, ct);
        await db.RunAsync($"""
            update estimate_line_items l set chosen = c.chosen, discount_share_cents = c.share
            from unnest({lines.Select(id => id.Value).ToArray()}, {totals.Lines.Select(line => line.Chosen).ToArray()}, {totals.Lines.Select(line => line.DiscountShare.Cents).ToArray()}) as c (id, chosen, share)
            where l.account_id = {approved.AccountId} and l.estimate_id = {approved.Id} and l.id = c.id and (l.chosen, l.discount_share_cents) is distinct from (c.chosen, c.share)
            """, ct);
        await DocumentSql.ReplaceTaxesAsync(db, approved.AccountId, Document.Estimate, approved.Id, totals, ct);
    }

    public static Task AddDecision(Db db, Estimate estimate, Decision decision, CancellationToken ct) => db.RunAsync($"""
        insert into estimate_decisions (account_id, estimate_id, decision, decided_at, revision, content_hash, total_cents, decided_by, signed_name, from_address, user_agent)
        values ({estimate.AccountId}, {estimate.Id}, {decision.Status}, {decision.DecidedAt}, {decision.Revision}, decode({decision.ContentHash}, 'hex'), {decision.TotalCents},
                {decision.DecidedBy?.Value}, {decision.SignedName}, {decision.FromAddress}, {decision.UserAgent})
        """, ct);

    public static Task Delete(Db db, Estimate estimate, CancellationToken ct) =>
        db.RunAsync($"delete from estimates where account_id = {estimate.AccountId} and id = {estimate.Id}", ct);

    public static Sql Columns => $"""
        e.id, e.account_id, e.client_id, e.job_id, e.property_id, e.status, e.tax_rate_millionths, e.flat_rate_cents, e.subtotal_cents, e.tax_cents, e.total_cents,
        e.notes, e.internal_notes,
        (select (e.expires_on + 1)::timestamp at time zone a.time_zone from accounts a where a.id = e.account_id) as expires_at,
        e.sent_at, e.decided_at, e.created_by, e.created_at, e.updated_at, e.version, {Pricing.Columns},
        e.estimate_number, e.revision, e.first_revision_id, e.superseded_at, e.expires_on, e.deposit_millionths, e.deposit_cents, encode(e.content_hash, 'hex') as content_hash
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
        Pricing = Pricing.Read(row),
        EstimateNumber = row.IsDBNull(27) ? null : row.GetString(27),
        Revision = row.GetInt32(28),
        FirstRevisionId = row.IsDBNull(29) ? null : new(row.GetGuid(29)),
        SupersededAt = row.IsDBNull(30) ? null : row.GetFieldValue<DateTimeOffset>(30),
        ExpiresOn = row.IsDBNull(31) ? null : row.GetFieldValue<DateOnly>(31),
        DepositPercent = row.IsDBNull(32) ? null : new(row.GetInt32(32)),
        DepositCents = row.IsDBNull(33) ? null : new(row.GetInt64(33)),
        ContentHash = row.IsDBNull(34) ? null : row.GetString(34),
    };

    private static async Task AddLines(Db db, Estimate estimate, Totals totals, CancellationToken ct)
    {
        await db.RunAsync($"""
            insert into estimate_line_items (account_id, estimate_id, id, optional, proposed, chosen, {DocumentSql.LineColumns})
            select {estimate.AccountId}, {estimate.Id}, id, optional, chosen, chosen, {DocumentSql.LineColumns} from {DocumentSql.Unnested(totals)}
            """, ct);
        await DocumentSql.ReplaceTaxesAsync(db, estimate.AccountId, Document.Estimate, estimate.Id, totals, ct);
    }
}
