using System.Data.Common;
using Npgsql;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Documents;
using Outpost.FieldService.Estimates;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Invoices;

/// <summary>Every statement that writes <c>invoices</c> and <c>invoice_line_items</c>. An invoice is locked after its estimate and before its job.</summary>
internal static class InvoiceSql
{
    public static Task<Invoice?> FindForUpdate(Db db, AccountId account, InvoiceId id, CancellationToken ct) =>
        db.FirstAsync($"select {Columns} from invoices i where i.account_id = {account} and i.id = {id} for update", Read, ct);

    /// <inheritdoc cref="Web.LockVersion"/>
    public static Task<int?> LockVersion(Db db, CurrentUser user, Guid id, CancellationToken ct) =>
        db.ValueAsync<int?>($"select version from invoices where account_id = {user.Account} and id = {id} for update", ct);

    /// <summary>The one invoice of an estimate, whichever of its revisions it was made from. A void one does not count.</summary>
    public static Task<Invoice?> FindOfEstimate(Db db, AccountId account, EstimateId estimate, CancellationToken ct) => db.FirstAsync($"""
        select {Columns} from invoices i
        where i.account_id = {account} and i.status <> 'void'
          and i.estimate_id in (select r.id from estimates e join estimates r on r.account_id = e.account_id and r.family_id = e.family_id where e.account_id = {account} and e.id = {estimate})
        """, Read, ct);

    public static async Task Insert(Db db, Invoice draft, Totals totals, CancellationToken ct)
    {
        await Insert(db, draft with { Pricing = totals.Pricing }, ct);
        await AddLines(db, draft, totals, ct);
    }

    /// <summary>A draft with the amounts, lines and taxes of an estimate, to the cent. What the client did not choose is no part of it.</summary>
    public static async Task<InvoiceId> CopyEstimate(Db db, CurrentUser user, Estimate estimate, CancellationToken ct)
    {
        var draft = new Invoice(
            InvoiceId.New(), estimate.AccountId, estimate.ClientId, estimate.JobId, estimate.Id, estimate.PropertyId, InvoiceStatus.Draft, null, estimate.TaxRate,
            estimate.FlatRateCents, estimate.SubtotalCents, estimate.TaxCents, estimate.TotalCents, Money.Zero, estimate.Notes, null, null, null, null, user.Id, default, default)
        {
            Pricing = estimate.Pricing,
        };
        await Insert(db, draft, ct);
        await db.RunAsync($"""
            insert into invoice_line_items (account_id, id, invoice_id, estimate_line_item_id, {DocumentSql.LineColumns})
            select account_id, gen_random_uuid(), {draft.Id}, id, {DocumentSql.LineColumns}
            from estimate_line_items where account_id = {estimate.AccountId} and estimate_id = {estimate.Id} and chosen
            """, ct);
        await DocumentSql.CopyTaxesAsync(db, estimate.AccountId, estimate.Id, Document.Invoice, draft.Id, ct);
        return draft.Id;
    }

    /// <summary>Everything that can be written on a draft, its lines and taxes replaced as a whole.</summary>
    public static async Task Rewrite(Db db, Invoice draft, Totals totals, CancellationToken ct)
    {
        try
        {
            await db.RunAsync($"""
                update invoices
                set client_id = {draft.ClientId}, job_id = {draft.JobId}, property_id = {draft.PropertyId}, tax_rate_millionths = {draft.TaxRate},
                    flat_rate_cents = {draft.FlatRateCents}, subtotal_cents = {totals.Subtotal}, tax_cents = {totals.Tax}, total_cents = {totals.Total},
                    {DocumentSql.SetPricing(totals.Pricing)}, notes = {draft.Notes}, due_date = {draft.DueDate}
                where account_id = {draft.AccountId} and id = {draft.Id}
                """, ct);
        }
        catch (PostgresException refused) when (DocumentRules.Of(refused) is { } rule)
        {
            throw rule;
        }

        await db.RunAsync($"delete from invoice_line_items where account_id = {draft.AccountId} and invoice_id = {draft.Id}", ct);
        await AddLines(db, draft, totals, ct);
    }

    /// <summary>Notes and due date of a draft; its lines stay as they are, with what they say about the estimate they come from.</summary>
    public static Task SaveHead(Db db, Invoice draft, CancellationToken ct) => db.RunAsync($"""
        update invoices set notes = {draft.Notes}, due_date = {draft.DueDate} where account_id = {draft.AccountId} and id = {draft.Id}
        """, ct);

    public static Task SaveMove(Db db, Invoice invoice, CancellationToken ct) => db.RunAsync($"""
        update invoices
        set status = {invoice.Status}, invoice_number = {invoice.InvoiceNumber}, due_date = {invoice.DueDate}, paid_cents = {invoice.PaidCents},
            credited_cents = {invoice.CreditedCents}, written_off_cents = {invoice.WrittenOffCents},
            sent_at = {invoice.SentAt}, paid_at = {invoice.PaidAt}, voided_at = {invoice.VoidedAt}
        where account_id = {invoice.AccountId} and id = {invoice.Id}
        """, ct);

    /// <summary>Open invoices whose due day has passed, locked; those that somebody works on at this moment wait for the next time.</summary>
    public static Task<List<Invoice>> PastDue(Db db, AccountId account, DateOnly today, int atMost, CancellationToken ct) => db.ListAsync($"""
        select {Columns} from invoices i
        where i.account_id = {account} and i.status in ('sent', 'partial') and i.due_date < {today}
        order by i.due_date, i.id limit {atMost} for update skip locked
        """, Read, ct);

    /// <summary>Whether this stage of lateness or a later one was charged, also when the fee was let off.</summary>
    public static Task<bool> HasLateFee(Db db, Invoice late, int days, CancellationToken ct) => db.ValueAsync<bool>($"""
        select exists (select from invoices where account_id = {late.AccountId} and late_fee_for_invoice_id = {late.Id} and late_fee_days >= {days})
        """, ct);

    public static Task MarkAsLateFee(Db db, Invoice draft, Invoice late, int days, CancellationToken ct) => db.RunAsync($"""
        update invoices set late_fee_for_invoice_id = {late.Id}, late_fee_days = {days} where account_id = {draft.AccountId} and id = {draft.Id}
        """, ct);

    public static Task Delete(Db db, Invoice draft, CancellationToken ct) => db.RunAsync($"delete from invoices where account_id = {draft.AccountId} and id = {draft.Id}", ct);

    public static Sql Columns => $"""
        i.id, i.account_id, i.client_id, i.job_id, i.estimate_id, i.property_id, i.status, i.invoice_number, i.tax_rate_millionths, i.flat_rate_cents,
        i.subtotal_cents, i.tax_cents, i.total_cents, i.paid_cents, i.notes, i.due_date, i.sent_at, i.paid_at, i.voided_at, i.created_by, i.created_at, i.updated_at, i.version,
        i.credited_cents, i.written_off_cents, i.late_fee_for_invoice_id,
        {Pricing.Columns}
        """;

    public static Invoice Read(DbDataReader row) => new(
        new(row.GetGuid(0)),
        new(row.GetGuid(1)),
        new(row.GetGuid(2)),
        row.IsDBNull(3) ? null : new(row.GetGuid(3)),
        row.IsDBNull(4) ? null : new(row.GetGuid(4)),
        row.IsDBNull(5) ? null : new(row.GetGuid(5)),
        Words<InvoiceStatus>.Parse(row.GetString(6)),
        row.IsDBNull(7) ? null : row.GetString(7),
        new(row.GetInt32(8)),
        row.IsDBNull(9) ? null : new(row.GetInt64(9)),
        new(row.GetInt64(10)),
        new(row.GetInt64(11)),
        new(row.GetInt64(12)),
        new(row.GetInt64(13)),
        row.IsDBNull(14) ? null : row.GetString(14),
        row.IsDBNull(15) ? null : row.GetFieldValue<DateOnly>(15),
        row.IsDBNull(16) ? null : row.GetFieldValue<DateTimeOffset>(16),
        row.IsDBNull(17) ? null : row.GetFieldValue<DateTimeOffset>(17),
        row.IsDBNull(18) ? null : row.GetFieldValue<DateTimeOffset>(18),
        new(row.GetGuid(19)),
        row.GetFieldValue<DateTimeOffset>(20),
        row.GetFieldValue<DateTimeOffset>(21))
    {
        Version = row.GetInt32(22),
        CreditedCents = new(row.GetInt64(23)),
        WrittenOffCents = new(row.GetInt64(24)),
        LateFeeForInvoiceId = row.IsDBNull(25) ? null : new(row.GetGuid(25)),
        Pricing = Pricing.Read(row),
    };

    private static async Task Insert(Db db, Invoice draft, CancellationToken ct)
    {
        try
        {
            await db.RunAsync($"""
                insert into invoices (account_id, id, client_id, job_id, estimate_id, property_id, status, tax_rate_millionths, flat_rate_cents,
                                      subtotal_cents, tax_cents, total_cents, notes, due_date, created_by, {Pricing.Columns})
                values ({draft.AccountId}, {draft.Id}, {draft.ClientId}, {draft.JobId}, {draft.EstimateId}, {draft.PropertyId}, {draft.Status}, {draft.TaxRate},
                        {draft.FlatRateCents}, {draft.SubtotalCents}, {draft.TaxCents}, {draft.TotalCents}, {draft.Notes}, {draft.DueDate}, {draft.CreatedBy},
                        {DocumentSql.Values(draft.Pricing)})
                """, ct);
        }
        catch (PostgresException refused) when (DocumentRules.Of(refused) is { } rule)
        {
            throw rule;
        }
        catch (PostgresException taken) when (taken is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "one_invoice_per_estimate" })
        {
            throw EstimateRules.HasAnInvoice();
        }
    }

    private static async Task AddLines(Db db, Invoice invoice, Totals totals, CancellationToken ct)
    {
        await db.RunAsync($"""
            insert into invoice_line_items (account_id, invoice_id, id, {DocumentSql.LineColumns})
            select {invoice.AccountId}, {invoice.Id}, id, {DocumentSql.LineColumns} from {DocumentSql.Unnested(totals)}
            """, ct);
        await DocumentSql.ReplaceTaxesAsync(db, invoice.AccountId, Document.Invoice, invoice.Id, totals, ct);
    }
}
