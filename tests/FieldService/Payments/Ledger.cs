using Outpost.FieldService.Tests.Documents;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Payments;

public sealed class Ledger(PostgresServer postgres)
{
    /// <summary>Walks at random through everything that can be asked of an invoice, legal or not, and looks at the books after every step.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Whatever_is_asked_the_invoice_says_what_its_payments_come_to(int seed)
    {
        await using var desk = await Desk.OpenAsync(postgres);
#pragma warning disable CA5394 // a walk that is the same at every run
        var dice = new Random(seed);
        var invoices = new List<string>();
        var seen = new HashSet<string>();
        for (var step = 0; step < 150; step++)
        {
            if (invoices.Count == 0 || dice.Next(12) == 0) invoices.Add(await desk.DraftAsync(Desk.Invoices, desk.Paper(dice.Next(0, 50))));
            var id = invoices[dice.Next(invoices.Count)];
            var what = dice.Next(10);
            var answer = what switch
            {
                0 or 1 => await desk.MoveAsync(Desk.Invoices, id, "sent"),
                2 when dice.Next(3) == 0 => await desk.MoveAsync(Desk.Invoices, id, "void"),
                3 => await desk.MoveAsync(Desk.Invoices, id, new[] { "paid", "partial", "overdue" }[dice.Next(3)]),
                4 or 5 => await TakeBackAnyAsync(desk, id, dice),
                _ => await desk.PayAsync(id, dice.Next(-1, 30), dice.Next(4) == 0 ? $"key-{dice.Next(5)}" : null),
            };
#pragma warning restore CA5394
            Assert.True((int)answer.StatusCode < 500, $"{(int)answer.StatusCode} at step {step}");
            await BalancedAsync(desk);
            seen.UnionWith(((string)(await desk.App.ValueAsync("select string_agg(distinct status, ',') from invoices"))!).Split(','));
        }

        Assert.Superset(new HashSet<string> { "draft", "sent", "partial", "paid" }, seen);
    }

    private static async Task BalancedAsync(Desk desk) => Assert.Equal(0L, await desk.App.ValueAsync("""
        select count(*)
        from invoices i
        cross join lateral (select coalesce(sum(amount_cents), 0) as sum from payments p where p.account_id = i.account_id and p.invoice_id = i.id) ledger
        where i.paid_cents <> ledger.sum or i.status <> case
          when i.status in ('draft', 'void') then case when ledger.sum = 0 then i.status end
          when ledger.sum >= i.total_cents then 'paid'
          when i.status = 'overdue' then 'overdue'
          when ledger.sum > 0 then 'partial'
          else 'sent' end
        """));

    private static async Task<HttpResponseMessage> TakeBackAnyAsync(Desk desk, string invoice, Random dice)
    {
        var payments = (await (await desk.Owner.ReadAsync($"{Desk.Invoices}/{invoice}/payments")).DataAsync()).AsArray();
#pragma warning disable CA5394 // a walk that is the same at every run
        var payment = payments.Count == 0 ? Guid.Empty.ToString() : (string)payments[dice.Next(payments.Count)]!["id"]!;
#pragma warning restore CA5394
        return await desk.Owner.DeleteAsync($"/api/v1/payments/{payment}", FieldServiceUnderTest.Stop);
    }
}
