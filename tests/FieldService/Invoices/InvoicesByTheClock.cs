using System.Globalization;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Invoices;
using Outpost.FieldService.Tests.Documents;
using Outpost.FieldService.Tests.Payments;
using Outpost.FieldService.Worker;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Invoices;

/// <summary>What the worker does with invoices: overdue and late fees, on the calendar of the company, once, whoever does it and however late.</summary>
public sealed class InvoicesByTheClock(PostgresServer postgres)
{
    private const string Stages = """{"late_fees": {"stages": [{"days_after_due": 7, "fixed_cents": 500}, {"days_after_due": 14, "percent": 1.5}, {"days_after_due": 30, "percent": 5}]}}""";

    [Theory]
    // due on 5 December; the 6th begins at 05:00Z in New York, at 10:00Z on the 5th on Kiritimati, at 10:15Z in Chatham's summer
    [InlineData("America/New_York", "2026-12-06T04:59:59Z", "sent")]
    [InlineData("America/New_York", "2026-12-06T05:00:00Z", "overdue")]
    [InlineData("Pacific/Kiritimati", "2026-12-05T09:59:59Z", "sent")]
    [InlineData("Pacific/Kiritimati", "2026-12-05T10:00:00Z", "overdue")]
    [InlineData("Pacific/Chatham", "2026-12-05T10:14:59Z", "sent")]
    [InlineData("Pacific/Chatham", "2026-12-05T10:15:00Z", "overdue")]
    public async Task An_invoice_is_overdue_from_the_morning_after_its_day(string zone, string now, string status)
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await IssuedAsync(desk, 100_00, "2026-12-05");
        var paid = await IssuedAsync(desk, 100_00, "2026-12-05");
        await desk.PayAsync(paid, 100_00);

        Assert.Equal(status == "overdue" ? 1 : 0, await MarkOverdue.RunAsync(At(desk, zone, now), FieldServiceUnderTest.Stop));

        Assert.Equal((status, "paid"), ((string)(await desk.App.ValueAsync("select status from invoices where id = $1", Desk.Id(id)))!, (string)(await desk.App.ValueAsync("select status from invoices where id = $1", Desk.Id(paid)))!));
        Assert.Equal(0, await MarkOverdue.RunAsync(At(desk, zone, now), FieldServiceUnderTest.Stop));
        Assert.Equal(status == "overdue" ? 1L : 0L, await desk.App.ValueAsync("select count(*) from audit_log where new_value ->> 'status' = 'overdue' and actor_id is null"));
    }

    [Fact]
    public async Task Two_workers_at_once_mark_each_invoice_once()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        for (var i = 0; i < 12; i++) await IssuedAsync(desk, 100_00, "2026-12-05");

        var done = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => MarkOverdue.RunAsync(At(desk, "UTC", "2026-12-20T12:00:00Z"), FieldServiceUnderTest.Stop)));
        var rest = await MarkOverdue.RunAsync(At(desk, "UTC", "2026-12-20T12:00:00Z"), FieldServiceUnderTest.Stop);

        Assert.Equal(12, done.Sum() + rest);
        Assert.Equal(12L, await desk.App.ValueAsync("select count(*) from audit_log where new_value ->> 'status' = 'overdue'"));
    }

    [Fact]
    public async Task Each_stage_is_charged_once_as_an_invoice_of_its_own()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        await desk.App.SqlAsync("update accounts set settings = $1::jsonb", Stages);
        var id = await IssuedAsync(desk, 100_00, "2026-12-01");
        var before = await desk.App.ValueAsync("select to_jsonb(i)::text from invoices i where id = $1", Desk.Id(id));
        await FeesAsync(desk, "2026-12-07T12:00:00Z", 0);
        await FeesAsync(desk, "2026-12-08T12:00:00Z", 1);
        await FeesAsync(desk, "2026-12-09T12:00:00Z", 0);
        await FeesAsync(desk, "2026-12-15T12:00:00Z", 1);
        await FeesAsync(desk, "2026-12-20T12:00:00Z", 0);

        Assert.Equal("500 150", await desk.App.ValueAsync("select string_agg(total_cents::text, ' ' order by late_fee_days) from invoices where late_fee_for_invoice_id = $1", Desk.Id(id)));
        Assert.Equal("INV-0001 INV-0002 INV-0003", await desk.App.ValueAsync("select string_agg(invoice_number, ' ' order by invoice_number) from invoices where status = 'sent'"));
        Assert.Equal(before, await desk.App.ValueAsync("select to_jsonb(i)::text from invoices i where id = $1", Desk.Id(id)));
        await desk.BalancedAsync();
    }

    [Fact]
    public async Task After_a_long_time_off_only_the_last_stage_is_charged_and_one_that_was_let_off_does_not_come_again()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        await desk.App.SqlAsync("update accounts set settings = $1::jsonb", Stages);
        var id = await IssuedAsync(desk, 100_00, "2026-12-01");
        await desk.PayAsync(id, 40_00);
        await FeesAsync(desk, "2027-02-01T12:00:00Z", 1);
        var fee = (await desk.App.ValueAsync("select id from invoices where late_fee_for_invoice_id is not null and total_cents = 300 and late_fee_days = 30"))!.ToString()!;
        await desk.MovedAsync(Desk.Invoices, fee, "void");

        await FeesAsync(desk, "2027-06-01T12:00:00Z", 0);

        Assert.Equal(1L, await desk.App.ValueAsync("select count(*) from invoices where late_fee_for_invoice_id is not null"));
    }

    [Fact]
    public async Task Workers_at_once_charge_a_stage_once()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        await desk.App.SqlAsync("update accounts set settings = $1::jsonb", Stages);
        for (var i = 0; i < 4; i++) await IssuedAsync(desk, 100_00, "2026-12-01");

        var done = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => LateFees.RunAsync(At(desk, "UTC", "2026-12-10T12:00:00Z"), FieldServiceUnderTest.Stop)));

        Assert.Equal(4, done.Sum());
        Assert.Equal(4L, await desk.App.ValueAsync("select count(*) from invoices where late_fee_for_invoice_id is not null"));
        await desk.BalancedAsync();
    }

    [Fact]
    public async Task What_is_paid_draft_void_or_a_fee_itself_is_charged_nothing_and_nobody_is_without_settings()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var paid = await IssuedAsync(desk, 100_00, "2026-12-01");
        await desk.PayAsync(paid, 100_00);
        await desk.MovedAsync(Desk.Invoices, await IssuedAsync(desk, 100_00, "2026-12-01"), "void");
        await desk.DraftAsync(Desk.Invoices, desk.Paper());
        var late = await IssuedAsync(desk, 100_00, "2026-12-01");
        await FeesAsync(desk, "2027-03-01T12:00:00Z", 0);
        await desk.App.SqlAsync("update accounts set settings = $1::jsonb", """{"late_fees": {"stages": [null, {"days_after_due": 0, "percent": 5}, {"days_after_due": 5}, {"days_after_due": 9, "fixed_cents": 700}]}}""");

        await FeesAsync(desk, "2027-03-01T12:00:00Z", 1);
        await FeesAsync(desk, "2028-03-01T12:00:00Z", 0);

        Assert.Equal(Desk.Id(late), await desk.App.ValueAsync("select late_fee_for_invoice_id from invoices where total_cents = 700"));
    }

    private static async Task FeesAsync(Desk desk, string now, int charged) => Assert.Equal((now, charged), (now, await LateFees.RunAsync(At(desk, "UTC", now), FieldServiceUnderTest.Stop)));

    private static async Task<string> IssuedAsync(Desk desk, long cents, string due)
    {
        var id = await desk.DraftAsync(Desk.Invoices, new { client_id = desk.It.Client, flat_rate_cents = cents, due_date = due });
        await desk.MovedAsync(Desk.Invoices, id, "sent");
        return id;
    }

    private static AccountAtWork At(Desk desk, string zone, string now)
    {
        var company = desk.App.Company;
        var caller = new CurrentUser(new(company.Account), new(company.Owner.Id), UserRole.Owner, company.Owner.Email, "Owner", company.Name, zone, "USD", default) { Actor = null };
        return new(desk.App.Database.AppSource, caller, new Clock(DateTimeOffset.Parse(now, CultureInfo.InvariantCulture)));
    }
}
