using System.Data.Common;
using System.Text.Json;
using Npgsql;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Invoices;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Recurring;

/// <summary>Every statement that writes <c>invoice_plans</c> and <c>invoice_plan_occurrences</c>. A plan is locked before the invoices it makes.</summary>
internal static class InvoicePlanSql
{
    /// <inheritdoc cref="Web.LockVersion"/>
    public static async Task<int?> LockVersion(Db db, CurrentUser user, Guid id, CancellationToken ct) => (await FindForUpdate(db, user.Account, new(id), ct))?.Version;

    public static Task<InvoicePlan?> FindForUpdate(Db db, AccountId account, InvoicePlanId id, CancellationToken ct) =>
        db.FirstAsync($"select {Columns} from invoice_plans where account_id = {account} and id = {id} for update", Read, ct);

    /// <summary>The plan when an invoice of it is due and no other worker has it in hand.</summary>
    public static Task<InvoicePlan?> TakeDue(Db db, AccountId account, InvoicePlanId id, DateTimeOffset now, CancellationToken ct) => db.FirstAsync($"""
        select {Columns} from invoice_plans where account_id = {account} and id = {id} and status = 'active' and next_at <= {now} for update skip locked
        """, Read, ct);

    public static Task<DateTime?> LastMade(Db db, InvoicePlan plan, CancellationToken ct) => db.ValueAsync<DateTime?>($"""
        select max(occurs_at_local) from invoice_plan_occurrences where account_id = {plan.AccountId} and plan_id = {plan.Id}
        """, ct);

    public static async Task<InvoicePlan> Insert(Db db, InvoicePlan plan, CancellationToken ct)
    {
        try
        {
            return (await db.FirstAsync($"""
                insert into invoice_plans (account_id, id, client_id, property_id, title, template, terms_days, issues, starts_at_local, time_zone, rrule, exdates, status,
                                           next_at, created_by)
                values ({plan.AccountId}, {plan.Id}, {plan.ClientId}, {plan.PropertyId}, {plan.Title}, {Template(plan)}, {plan.TermsDays}, {plan.Issues},
                        {plan.StartsAtLocal.Column}, {plan.TimeZone}, {plan.Rrule}, {LeftOut(plan)}, {plan.Status}, {plan.NextAt}, {plan.CreatedBy})
                returning {Columns}
                """, Read, ct))!;
        }
        catch (PostgresException unknown) when (Unknown(unknown) is { } missing)
        {
            throw missing;
        }
    }

    public static async Task<InvoicePlan> Save(Db db, InvoicePlan plan, CancellationToken ct)
    {
        try
        {
            return (await db.FirstAsync($"""
                update invoice_plans
                set client_id = {plan.ClientId}, property_id = {plan.PropertyId}, title = {plan.Title}, template = {Template(plan)}, terms_days = {plan.TermsDays},
                    issues = {plan.Issues}, starts_at_local = {plan.StartsAtLocal.Column}, time_zone = {plan.TimeZone}, rrule = {plan.Rrule}, exdates = {LeftOut(plan)},
                    status = {plan.Status}, next_at = {plan.NextAt}, trouble = {plan.Trouble}
                where account_id = {plan.AccountId} and id = {plan.Id}
                returning {Columns}
                """, Read, ct))!;
        }
        catch (PostgresException unknown) when (Unknown(unknown) is { } missing)
        {
            throw missing;
        }
    }

    /// <summary>How far the worker has come, or what keeps it; no change of the plan, so its version stays.</summary>
    public static Task SaveProgress(Db db, InvoicePlan plan, CancellationToken ct) => db.RunAsync($"""
        update invoice_plans set next_at = {plan.NextAt}, trouble = {plan.Trouble} where account_id = {plan.AccountId} and id = {plan.Id}
        """, ct);

    /// <returns>False when this time was made already.</returns>
    public static async Task<bool> AddOccurrence(Db db, InvoicePlan plan, Occurrence occurrence, CancellationToken ct) => await db.RunAsync($"""
        insert into invoice_plan_occurrences (account_id, plan_id, occurs_at_local, at)
        values ({plan.AccountId}, {plan.Id}, {occurrence.Local.Column}, {occurrence.At})
        on conflict do nothing
        """, ct) == 1;

    public static Task SaveOccurrence(Db db, InvoicePlan plan, Occurrence occurrence, InvoiceId invoice, CancellationToken ct) => db.RunAsync($"""
        update invoice_plan_occurrences set invoice_id = {invoice}
        where account_id = {plan.AccountId} and plan_id = {plan.Id} and occurs_at_local = {occurrence.Local.Column}
        """, ct);

    public static Sql Columns => $"""
        id, account_id, client_id, property_id, title, template::text, terms_days, issues, starts_at_local, time_zone, rrule, exdates, status, next_at, trouble, created_by,
        created_at, updated_at, version
        """;

    public static InvoicePlan Read(DbDataReader row) => new(
        new(row.GetGuid(0)),
        new(row.GetGuid(1)),
        new(row.GetGuid(2)),
        row.IsDBNull(3) ? null : new(row.GetGuid(3)),
        row.GetString(4),
        JsonSerializer.Deserialize<CreateInvoice.Request>(row.GetString(5), WireJson.Options)!,
        row.IsDBNull(6) ? null : row.GetInt32(6),
        row.GetBoolean(7),
        new(row.GetDateTime(8)),
        row.GetString(9),
        row.GetString(10),
        [.. row.GetFieldValue<DateTime[]>(11).Select(at => new WallTime(at))],
        Words<PlanStatus>.Parse(row.GetString(12)),
        row.IsDBNull(13) ? null : row.GetFieldValue<DateTimeOffset>(13),
        row.IsDBNull(14) ? null : row.GetString(14),
        new(row.GetGuid(15)),
        row.GetFieldValue<DateTimeOffset>(16),
        row.GetFieldValue<DateTimeOffset>(17))
    {
        Version = row.GetInt32(18),
    };

    private static Json Template(InvoicePlan plan) => new(JsonSerializer.Serialize(plan.Invoice, WireJson.Options));

    private static DateTime[] LeftOut(InvoicePlan plan) => [.. plan.Exdates.Select(at => at.Column)];

    private static RuleException? Unknown(PostgresException error) => (error.SqlState, error.ConstraintName) switch
    {
        (PostgresErrorCodes.ForeignKeyViolation, "an_invoice_plan_belongs_to_a_client_of_its_account") => Missing.Of("client", "invoice.client_id"),
        (PostgresErrorCodes.ForeignKeyViolation, "an_invoice_plan_is_at_a_property_of_its_client") => Missing.Of("property of this client", "invoice.property_id"),
        _ => null,
    };
}
