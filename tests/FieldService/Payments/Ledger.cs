using FsCheck;
using FsCheck.Fluent;
using Outpost.FieldService.Tests.Documents;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Payments;

/// <summary>
/// Any sequence of moves that can be asked of invoices, payments, credits and credit notes, legal or not, run on a real server: after each the books agree,
/// and what was refused has changed nothing.
/// </summary>
public sealed class Ledger(PostgresServer postgres)
{
    internal sealed record Move(string What, int Which, int Cents);

    private static readonly string[] Moves =
        ["draft", "issue", "issue", "pay", "pay", "pay", "overpay", "refund", "refund", "take back", "apply", "apply", "refund credit", "write off", "reverse", "credit note", "part", "void", "overdue"];

    private static readonly Gen<Move> Any =
        from what in Gen.Elements(Moves)
        from which in Gen.Choose(0, 1000)
        from cents in Gen.Frequency((6, Gen.Choose(1, 60)), (1, Gen.Choose(-1, 0)), (1, Gen.Choose(100, 200)))
        select new Move(what, which, cents);

    [Fact]
    public async Task Whatever_is_asked_the_books_agree_and_a_refusal_changes_nothing()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var seen = new HashSet<string>();
        // One company and one walk after the other: the books of all of them together must agree too.
        foreach (var walk in Any.ListOf(40).Sample(12, new Rnd(1863, 17), 40))
        {
            foreach (var move in walk)
            {
                var before = await BooksAsync(desk);
                var answer = await AskAsync(desk, move);
                if (answer is null) continue;

                Assert.True((int)answer.StatusCode < 500, $"{move}: {(int)answer.StatusCode}");
                if (!answer.IsSuccessStatusCode) Assert.Equal((move, before), (move, await BooksAsync(desk)));
                await desk.BalancedAsync();
                seen.Add($"{move.What} {answer.IsSuccessStatusCode}");
            }
        }

        // A walk on which nothing is ever taken, or nothing refused, shows nothing.
        Assert.Superset(new HashSet<string> { "issue True", "pay True", "pay False", "overpay True", "refund True", "refund False", "take back True", "apply True", "write off True", "credit note True", "void True", "void False" }, seen);
    }

    private static async Task<HttpResponseMessage?> AskAsync(Desk desk, Move move)
    {
        if (move.What == "draft" || await OneAsync(desk, "select id from invoices order by id desc limit 6", move.Which) is not { } invoice)
        {
            return await desk.Owner.PostAsync(Desk.Invoices, new
            {
                client_id = desk.It.Client,
                tax_rate = 19,
                line_items = new[] { new { description = "Work", quantity = 1, unit_price_cents = Math.Max(0, move.Cents) }, new { description = "Parts", quantity = 3, unit_price_cents = 7 } },
            });
        }

        return move.What switch
        {
            "issue" => await desk.MoveAsync(Desk.Invoices, invoice, "sent"),
            "pay" => await desk.PayAsync(invoice, move.Cents, move.Which % 4 == 0 ? $"key-{move.Which % 5}" : null),
            "overpay" => await desk.PayOverAsync(invoice, move.Cents),
            "refund" => await OneAsync(desk, "select id from payments order by id", move.Which) is { } payment ? await desk.RefundAsync(payment, move.Cents) : null,
            "take back" => await OneAsync(desk, "select id from payments order by id desc limit 3", move.Which) is { } payment ? await desk.TakeBackAsync(payment) : null,
            "apply" => await desk.ApplyAsync(invoice, move.Which % 2 == 0 ? move.Cents : null),
            "refund credit" => await desk.CreditAsync() is { Id: { Length: > 0 } credit } ? await desk.RefundCreditAsync(credit, move.Cents) : null,
            "write off" => await desk.WriteOffAsync(invoice, move.Which % 2 == 0 ? move.Cents : null),
            "reverse" => await OneAsync(desk, "select id from ledger_entries order by id", move.Which) is { } entry ? await desk.ReverseAsync(entry) : null,
            "credit note" => await desk.CreditNoteAsync(invoice),
            "part" => await OneAsync(desk, $"select id from invoice_line_items where invoice_id = '{invoice}' order by id", move.Which) is { } line
                ? await desk.CreditNoteAsync(invoice, new { reason = "Too much", line_items = new[] { new { invoice_line_item_id = line, amount_cents = move.Cents } } })
                : null,
            "void" => await desk.MoveAsync(Desk.Invoices, invoice, "void"),
            _ => await desk.MoveAsync(Desk.Invoices, invoice, "overdue"),
        };
    }

    private static async Task<string?> OneAsync(Desk desk, string sql, int which)
    {
        var all = (Guid[])(await desk.App.ValueAsync($"select coalesce(array_agg(id), '{{}}'::uuid[]) from ({sql}) x"))!;
        return all.Length == 0 ? null : all[which % all.Length].ToString();
    }

    private static async Task<string> BooksAsync(Desk desk) => (string)(await desk.App.ValueAsync("""
        select concat((select json_agg(t order by id) from invoices t), (select json_agg(t order by id) from ledger_entries t), (select json_agg(t order by id) from payments t),
                      (select json_agg(t order by id) from client_credits t), (select json_agg(t order by id) from credit_notes t), (select json_agg(t order by series) from number_series t),
                      (select count(*) from audit_log), (select count(*) from idempotency_keys))
        """))!;
}
