using System.Net;
using Outpost.FieldService.Tests.Documents;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Payments;

/// <summary>Every keyed POST of the ledger, sent again: the answer is the first one's to the byte, and the books are as after the first.</summary>
public sealed class RetryingWhatMovesMoney(PostgresServer postgres)
{
    [Theory]
    [InlineData("overpayment")]
    [InlineData("refund")]
    [InlineData("credit refund")]
    [InlineData("credit")]
    [InlineData("write-off")]
    [InlineData("reversal")]
    [InlineData("credit note")]
    [InlineData("deposit")]
    public async Task The_second_time_nothing_happens(string what)
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var ask = await PreparedAsync(desk, what);

        var first = await ask("m-1");
        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        var body = await first.Content.ReadAsByteArrayAsync(FieldServiceUnderTest.Stop);
        var entries = await desk.App.ValueAsync("select count(*) from ledger_entries");
        // Five more at once, and one to a service that was started after the first had died: it left the row with the answer.
        foreach (var again in await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => ask("m-1"))))
        {
            Assert.Equal(HttpStatusCode.Created, again.StatusCode);
            Assert.Equal(body, await again.Content.ReadAsByteArrayAsync(FieldServiceUnderTest.Stop));
        }

        Assert.Equal(entries, await desk.App.ValueAsync("select count(*) from ledger_entries"));
        await desk.BalancedAsync();
    }

    [Fact]
    public async Task What_was_committed_before_the_service_died_is_answered_by_the_next_one()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await desk.IssuedInvoiceAsync();
        var payment = await desk.PaymentAsync(id, 100_00);
        var first = await (await desk.RefundAsync(payment, 60_00, "r-1")).Content.ReadAsByteArrayAsync(FieldServiceUnderTest.Stop);

        await using var again = FieldServiceApp.Build(FieldServiceUnderTest.SettingsOf(desk.App.Database), desk.App.Database.AppSource, desk.App.Clock);
        await again.StartAsync(FieldServiceUnderTest.Stop);
        using var client = new HttpClient { BaseAddress = new(again.Urls.Single()) };
        client.DefaultRequestHeaders.Add("Cookie", desk.Owner.DefaultRequestHeaders.GetValues("Cookie"));
        var retry = await client.PostAsync($"/api/v1/payments/{payment}/refunds", new { amount_cents = 60_00 }, "r-1");

        Assert.Equal(first, await retry.Content.ReadAsByteArrayAsync(FieldServiceUnderTest.Stop));
        Assert.Equal("partial 4000 0 0 6000", await desk.StandingAsync(id));
    }

    private static async Task<Func<string, Task<HttpResponseMessage>>> PreparedAsync(Desk desk, string what)
    {
        var id = await desk.IssuedInvoiceAsync(100_00);
        switch (what)
        {
            case "overpayment": return key => desk.PayOverAsync(id, 120_00, key);
            case "refund":
                var payment = await desk.PaymentAsync(id, 100_00);
                return key => desk.RefundAsync(payment, 50_00, key);
            case "credit refund":
                await desk.PayOverAsync(id, 120_00);
                var credit = (await desk.CreditAsync()).Id;
                return key => desk.RefundCreditAsync(credit, 10_00, key);
            case "credit":
                await desk.PayOverAsync(await desk.IssuedInvoiceAsync(1_00), 120_00);
                return key => desk.ApplyAsync(id, 10_00, key: key);
            case "write-off": return key => desk.WriteOffAsync(id, 10_00, key);
            case "reversal":
                var entry = (string)(await (await desk.WriteOffAsync(id)).DataAsync(HttpStatusCode.Created))["entry_id"]!;
                return key => desk.ReverseAsync(entry, key);
            case "credit note": return key => desk.CreditNoteAsync(id, key: key);
            default:
                var estimate = await desk.ApprovedEstimateAsync();
                return key => desk.DepositAsync(estimate, 10_00, key);
        }
    }
}
