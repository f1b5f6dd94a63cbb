using Outpost.Testing;

namespace Outpost.FieldService.Tests.Documents;

/// <summary>The lists of estimates and invoices: by day, amount, number and what is late.</summary>
public sealed class FindingDocuments(PostgresServer postgres)
{
    [Fact]
    public async Task Invoices_are_found_by_day_where_the_company_is_by_amount_and_when_they_are_late()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var (first, second, draft) = (await InvoiceAsync(desk, 100, "2026-11-20", "2026-11-21T04:59:59Z"), await InvoiceAsync(desk, 300, "2026-11-21", "2026-11-21T05:00:00Z"), await InvoiceAsync(desk, 200, null, null));

        Task Finds(string query, params string[] ids) => FindsAsync(desk, Desk.Invoices, query, ids);

        await Finds("from=2026-11-21&to=2026-11-21&sort=total_cents", draft, second);
        await Finds("to=2026-11-20", first);
        await Finds("from=2026-11-22");
        await Finds("min_total_cents=200&sort=total_cents", draft, second);
        await Finds("min_total_cents=101&max_total_cents=299", draft);
        await Finds("overdue=true", first);
        await Finds("overdue=false&sort=total_cents", draft, second);
        await Finds("sort=invoice_number", draft, first, second);
        await Finds("sort=invoice_number&order=desc", second, first, draft);
        await Finds("sort=due_date", draft, first, second);
        await Finds("sort=due_date&order=desc", second, first, draft);
        await Finds("q=inv-0002", second);

        foreach (var query in new[] { "from=yesterday", "from=2026-02-30", "to=0001-01-01", "min_total_cents=x", "overdue=maybe", "max_total_cents=99999999999999999999" })
        {
            await Desk.InvalidAsync(await desk.Owner.ReadAsync($"{Desk.Invoices}?{query}"), query);
        }
    }

    [Fact]
    public async Task Estimates_are_found_by_day_amount_number_and_last_day()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var ids = new List<string>();
        foreach (var (cents, day) in new[] { (300, "2026-12-24"), (100, "2026-12-31") })
        {
            ids.Add(await desk.DraftAsync(Desk.Estimates, new { client_id = desk.It.Client, flat_rate_cents = cents, expires_on = day }));
            await desk.MovedAsync(Desk.Estimates, ids[^1], "sent");
        }

        var draft = await desk.DraftAsync(Desk.Estimates, new { client_id = desk.It.Client, flat_rate_cents = 200 });
        Task Finds(string query, params string[] found) => FindsAsync(desk, Desk.Estimates, query, found);

        await Finds("sort=estimate_number", draft, ids[0], ids[1]);
        await Finds("sort=estimate_number&order=desc", ids[1], ids[0], draft);
        await Finds("sort=expires_on&order=desc", ids[1], ids[0], draft);
        await Finds("sort=expires_at", draft, ids[0], ids[1]);
        await Finds("q=EST-0002", ids[1]);
        await Finds("min_total_cents=200&sort=total_cents", draft, ids[0]);
        await Finds("from=2026-11-21&to=2026-11-21&status=sent&sort=total_cents", ids[1], ids[0]);
        await Finds("to=2026-11-20");
        var row = (await (await desk.Owner.ReadAsync($"{Desk.Estimates}?q=EST-0001")).DataAsync())[0]!;
        Assert.Equal(("EST-0001", 1, "2026-12-24", "2026-12-25T05:00:00.000Z"), ((string?)row["estimate_number"], (int)row["revision"]!, (string?)row["expires_on"], (string?)row["expires_at"]));
    }

    private static async Task FindsAsync(Desk desk, string where, string query, string[] ids) =>
        Assert.Equal(ids, (await (await desk.Owner.ReadAsync($"{where}?{query}")).DataAsync()).AsArray().Select(row => (string)row!["id"]!));

    private static async Task<string> InvoiceAsync(Desk desk, long cents, string? due, string? sent)
    {
        var id = await desk.DraftAsync(Desk.Invoices, new { client_id = desk.It.Client, flat_rate_cents = cents, due_date = due });
        // The clock goes forward only, and these lie in the past of today's.
        if (sent is not null)
        {
            await desk.MovedAsync(Desk.Invoices, id, "sent");
            await desk.App.SqlAsync("alter table invoices disable trigger user");
            await desk.App.SqlAsync("update invoices set sent_at = $2::timestamptz where id = $1", Desk.Id(id), DateTimeOffset.Parse(sent, System.Globalization.CultureInfo.InvariantCulture));
            await desk.App.SqlAsync("alter table invoices enable trigger user");
        }

        await desk.App.SqlAsync("update invoices set created_at = $2 where id = $1 and status = 'draft'", Desk.Id(id), FieldServiceUnderTest.Start);
        return id;
    }
}
