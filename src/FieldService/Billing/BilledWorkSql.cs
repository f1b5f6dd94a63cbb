using Outpost.FieldService.Accounts;
using Outpost.FieldService.Documents;
using Outpost.FieldService.Expenses;
using Outpost.FieldService.Invoices;
using Outpost.FieldService.Jobs;
using Outpost.FieldService.PriceBook;
using Outpost.FieldService.TimeEntries;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Billing;

/// <summary>Every statement that writes <c>billed_work</c>.</summary>
internal static class BilledWorkSql
{
    private sealed record PartRow(Guid Id, string Description, string Unit, decimal Quantity, decimal? UnitPrice, int? TaxRateMillionths);

    private sealed record TimeRow(Guid Id, string Kind, long Seconds, long? BillingCents);

    private sealed record ExpenseRow(Guid Id, string Category, string? Vendor, string? Description, long ChargeCents);

    /// <summary>
    /// What can be charged for, locked: nobody changes it until the commit. Whoever bills a job has locked the job before, so the second of two sees what the first
    /// has billed.
    /// </summary>
    public static async Task<BillableWork> FindAsync(Db db, CurrentUser user, JobId job, IReadOnlySet<SubjectKind> kinds, CancellationToken ct)
    {
        var parts = kinds.Contains(SubjectKind.Part) ? await db.ListAsync<PartRow>($"""
            select p.id, p.description, p.unit, p.quantity, p.unit_price, p.tax_rate_millionths from visit_parts p
            where p.account_id = {user.Account} and p.job_id = {job} and p.is_billable and invoice_that_bills(p.id) is null
            order by p.created_at, p.id for update of p
            """, ct) : [];
        var times = kinds.Contains(SubjectKind.Time) ? await db.ListAsync<TimeRow>($"""
            select t.id, t.kind, extract(epoch from t.ended_at - t.started_at)::bigint as seconds, rate.billing_cents
            from time_entries t
            left join lateral {LabourRateSql.RateOf(WorkCalendar.Of(user).Zone)} rate on true
            where t.account_id = {user.Account} and t.job_id = {job} and t.is_billable and t.kind <> 'break' and t.ended_at > t.started_at and invoice_that_bills(t.id) is null
            order by t.started_at, t.id for update of t
            """, ct) : [];
        var expenses = kinds.Contains(SubjectKind.Expense) ? await db.ListAsync<ExpenseRow>($"""
            select e.id, e.category, e.vendor, e.description, e.charge_cents from expenses e
            where e.account_id = {user.Account} and e.job_id = {job} and e.is_billable and invoice_that_bills(e.id) is null
            order by e.spent_on, e.id for update of e
            """, ct) : [];

        return new(
            [
                .. parts.Where(p => p.UnitPrice is not null).Select(p => new Subject(new(p.Id), SubjectKind.Part)),
                .. times.Where(t => t.BillingCents is not null).Select(t => new Subject(new(t.Id), SubjectKind.Time)),
                .. expenses.Select(e => new Subject(new(e.Id), SubjectKind.Expense)),
            ],
            [
                .. parts.Where(p => p.UnitPrice is not null).Select(p =>
                    PricedLine.Of(p.Description, Quantity.Of(p.Quantity), p.Unit, p.UnitPrice!.Value, p.TaxRateMillionths is { } rate ? new Percent(rate) : null)),
                .. Labour(times),
                .. expenses.Select(e => new LineForm(Said(e), Quantity.Of(1), new Money(e.ChargeCents))),
            ],
            [
                .. parts.Where(p => p.UnitPrice is null).Select(p => new Subject(new(p.Id), SubjectKind.Part)),
                .. times.Where(t => t.BillingCents is null).Select(t => new Subject(new(t.Id), SubjectKind.Time)),
            ]);
    }

    /// <summary>Says which invoice charges for it. What only a void invoice charged for is charged for anew.</summary>
    /// <returns>How many were not charged for already.</returns>
    public static Task<int> InsertAsync(Db db, AccountId account, InvoiceId invoice, IReadOnlyList<Subject> subjects, CancellationToken ct) => db.RunAsync($"""
        insert into billed_work as b (account_id, subject_id, kind, invoice_id)
        select {account}, subject, kind, {invoice}
        from unnest({subjects.Select(s => s.Id.Value).ToArray()}, {subjects.Select(s => Words<SubjectKind>.Of(s.Kind)).ToArray()}) as subjects (subject, kind)
        on conflict on constraint everything_is_billed_once do update set invoice_id = excluded.invoice_id, billed_at = now()
        where (select i.status from invoices i where i.account_id = b.account_id and i.id = b.invoice_id) = 'void'
        """, ct);

    /// <returns>What is no longer charged for by this draft.</returns>
    public static async Task<List<Subject>> DeleteOfAsync(Db db, AccountId account, InvoiceId invoice, CancellationToken ct) => await db.ListAsync(
        $"delete from billed_work where account_id = {account} and invoice_id = {invoice} returning subject_id, kind",
        row => new Subject(new(row.GetGuid(0)), Words<SubjectKind>.Parse(row.GetString(1))), ct);

    // One line for each kind of time at each rate. The hours are rounded once, on their sum, to the hundredth that a line can hold.
    private static IEnumerable<LineForm> Labour(List<TimeRow> times) =>
        from time in times
        where time.BillingCents is not null
        group time.Seconds by (time.Kind, Rate: time.BillingCents!.Value) into hours
        let hundredths = (long)decimal.Round(hours.Sum() / 36m, MidpointRounding.AwayFromZero)
        select new LineForm(hours.Key.Kind is "travel" ? "Travel time (hours)" : "Labour (hours)", new Quantity(Math.Max(1, hundredths)), new Money(hours.Key.Rate));

    private static string Said(ExpenseRow expense)
    {
        var what = expense.Description ?? Words<ExpenseCategory>.Parse(expense.Category) switch
        {
            ExpenseCategory.EquipmentRental => "Equipment rental",
            ExpenseCategory.ParkingAndTolls => "Parking and tolls",
            var category => category.ToString(),
        };
        var line = expense.Vendor is null ? what : $"{what} ({expense.Vendor})";
        return line.Length <= LineForm.LongestDescription ? line : line[..LineForm.LongestDescription];
    }
}
