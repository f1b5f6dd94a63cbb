using System.Globalization;
using NodaTime;
using NodaTime.Extensions;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Messages;
using Outpost.FieldService.Web.Pages;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Automations;

/// <summary>
/// Reminds a client of an invoice that should have been paid, some days after its due day. An old debt is reminded of once, for the last of the days that have
/// passed, and not for each of them together.
/// </summary>
internal static class InvoiceFollowup
{
    private const int LongestDelay = 730;
    private static readonly TimeOnly UsualTime = new(9, 0);

    public static AutomationKind Kind { get; } = new(AutomationType.InvoiceFollowup, "invoice-followup", TimeSpan.FromHours(1), new(
        "invoice_followup", "invoice",
        ["client_name", "company_name", "invoice_number", "amount_due", "total", "due_date", "days_overdue", "opt_out_url"],
        FindAsync,
        (db, company, ct) => db.ValueAsync<Guid?>($"""
            select id from invoices where account_id = {company.Account} and invoice_number is not null order by status in ('sent', 'partial', 'overdue') desc, due_date, id limit 1
            """, ct),
        DefaultTemplates.InvoiceFollowup), config => Plan.Of(new(config, "days_overdue", "at")));

    private sealed record Row(Guid Id, Guid ClientId, string ClientName, string? InvoiceNumber, string Status, Money TotalCents, Money PaidCents, Money BalanceCents, DateOnly? DueDate);

    /// <summary>As published.</summary>
    private sealed record Trail(
        Guid AutomationId, int DaysOverdueStep, string? InvoiceNumber, string InvoiceStatus, Money TotalCents, Money PaidCents, Money AmountDueCents, DateOnly? DueDate, Guid ClientId,
        string ClientName, DateTimeOffset? FollowupSentAt);

    private sealed record Plan(IReadOnlyList<Channel> Channels, int[] DaysOverdue, TimeOnly At) : IPlan
    {
        public static Plan Of(Config config) => new(config.Channels(), config.Days("days_overdue", [7, 14, 30], 1, LongestDelay), config.Time("at", UsualTime));

        public async Task<List<Occasion>> OccasionsAsync(Db db, CurrentUser company, DateTimeOffset now, DateTimeOffset until, CancellationToken ct)
        {
            var zone = LocalTimes.Zone(null, company);
            var latest = until.ToInstant().InZone(zone).Date.PlusDays(-DaysOverdue[0]).ToDateOnly();
            var invoices = await db.ListAsync<Row>($"""
                {Invoices}
                where i.account_id = {company.Account} and i.status in ('sent', 'partial', 'overdue') and i.balance_cents > 0 and i.due_date <= {latest}
                order by i.due_date, i.id
                """, ct);
            return [.. from invoice in invoices from days in DaysOverdue select One(invoice, days, zone)];
        }

        private Occasion One(Row invoice, int days, DateTimeZone zone)
        {
            var at = invoice.DueDate!.Value.ToLocalDate().PlusDays(days).At(At, zone);
            return new(
                invoice.Id, new(invoice.ClientId), $"{days}d", Key(invoice.DueDate.Value, days), at, DateTimeOffset.MaxValue, zone, $"{invoice.InvoiceNumber} of {invoice.ClientName}",
                (automation, sentAt) => new Trail(
                    automation.Value, days, invoice.InvoiceNumber, invoice.Status, invoice.TotalCents, invoice.PaidCents, invoice.BalanceCents, invoice.DueDate, invoice.ClientId,
                    invoice.ClientName, sentAt));
        }
    }

    private static string Key(DateOnly due, int days) => string.Create(CultureInfo.InvariantCulture, $"{due:yyyy-MM-dd}|{days}");

    private static Sql Invoices => $"""
        select i.id, i.client_id, c.name as client_name, i.invoice_number, i.status, i.total_cents, i.paid_cents, i.balance_cents, i.due_date
        from invoices i join clients c on c.account_id = i.account_id and c.id = i.client_id
        """;

    private static async Task<Facts?> FindAsync(Db db, CurrentUser company, Guid subject, string? occurrence, DateTimeOffset now, CancellationToken ct)
    {
        if (await db.FirstAsync<Row>($"{Invoices} where i.account_id = {company.Account} and i.id = {subject}", ct) is not { } invoice) return null;

        var zone = LocalTimes.Zone(null, company);
        var today = now.ToInstant().InZone(zone).Date.ToDateOnly();
        var obstacle = invoice.Status is not ("sent" or "partial" or "overdue") || invoice.BalanceCents <= Money.Zero ? "nothing is owed on the invoice any more"
            : occurrence is not null && invoice.DueDate is { } due && !occurrence.StartsWith(Key(due, 0)[..11], StringComparison.Ordinal) ? "the invoice is due on another day"
            : null;
        return new(new(invoice.ClientId), obstacle, zone.Id, new Dictionary<string, string>
        {
            ["invoice_number"] = invoice.InvoiceNumber ?? "",
            ["amount_due"] = invoice.BalanceCents.In(company.Currency),
            ["total"] = invoice.TotalCents.In(company.Currency),
            ["due_date"] = invoice.DueDate is { } day ? WallClock.InFull(day) : "",
            ["days_overdue"] = invoice.DueDate is { } since ? Math.Max(0, today.DayNumber - since.DayNumber).ToString(CultureInfo.InvariantCulture) : "",
        });
    }
}
