using System.Net;
using System.Text.Json.Nodes;
using Outpost.FieldService.Tests.Documents;
using Outpost.FieldService.Tests.Payments;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Credits;

public sealed class IssuingCreditNotes(PostgresServer postgres)
{
    [Fact]
    public async Task A_full_one_is_the_invoice_itself_line_by_line_and_tax_by_tax()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        foreach (var included in new[] { false, true })
        {
            var id = await IssuedAsync(desk, included);
            var invoice = await desk.GetAsync(Desk.Invoices, id);

            var answer = await (await desk.CreditNoteAsync(id)).JsonAsync();
            var note = answer["data"]!;

            foreach (var amount in new[] { "subtotal_cents", "tax_cents", "total_cents", "discount_amount_cents" }) Assert.Equal((long)invoice[amount]!, (long)note[amount]!);
            Assert.Equal(
                invoice["line_items"]!.AsArray().Select(l => $"{l!["id"]} {l["description"]} {l["quantity"]} {l["unit_price"]} {l["discount_amount_cents"]} {l["tax_rate"]} {l["total_cents"]}"),
                note["line_items"]!.AsArray().Select(l => $"{l!["invoice_line_item_id"]} {l["description"]} {l["quantity"]} {l["unit_price"]} {l["discount_amount_cents"]} {l["tax_rate"]} {l["total_cents"]}"));
            Assert.Equal(invoice["taxes"]!.ToJsonString(), note["taxes"]!.ToJsonString());
            Assert.Equal(("paid", 0), ((string?)answer["invoice_status"], (long)answer["invoice_balance_cents"]!));
            await (await desk.CreditNoteAsync(id)).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");
            Assert.Equal(note.ToJsonString(), (await (await desk.Owner.ReadAsync($"/api/v1/credit-notes/{note["id"]}")).DataAsync()).ToJsonString());
        }

        Assert.Equal("CN-0001 CN-0002", await desk.App.ValueAsync("select string_agg(credit_note_number, ' ' order by credit_note_number) from credit_notes"));
        await desk.BalancedAsync();
    }

    [Fact]
    public async Task Parts_take_off_what_is_open_and_what_was_paid_becomes_credit_that_can_be_refunded()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await IssuedAsync(desk, false);
        var invoice = await desk.GetAsync(Desk.Invoices, id);
        var total = (long)invoice["total_cents"]!;
        var line = (string)invoice["line_items"]![0]!["id"]!;
        await desk.PayAsync(id, total - 5_00);

        var first = await (await desk.CreditNoteAsync(id, Part(line, 10_00))).JsonAsync();
        var off = (long)first["data"]!["total_cents"]!;
        Assert.Equal((5_00, off - 5_00, "paid"), ((long)first["invoice_cents"]!, (long)first["credit_cents"]!, (string?)first["invoice_status"]));
        await (await desk.CreditNoteAsync(id, Part(line, 1_000_00))).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");
        var rest = await (await desk.CreditNoteAsync(id)).JsonAsync();

        Assert.Equal(total, off + (long)rest["data"]!["total_cents"]!);
        var (credit, held) = await desk.CreditAsync();
        Assert.Equal(total - 5_00, held);
        await (await desk.RefundCreditAsync(credit)).DataAsync(HttpStatusCode.Created);
        Assert.Equal($"paid {total - 5_00} 500 0 0", await desk.StandingAsync(id));
        await desk.BalancedAsync();
    }

    [Fact]
    public async Task One_of_a_flat_rate_is_an_amount_of_it()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await desk.DraftAsync(Desk.Invoices, new { client_id = desk.It.Client, flat_rate_cents = 100_00, tax_rate = 8.25 });
        await desk.MovedAsync(Desk.Invoices, id, "sent");

        var part = await (await desk.CreditNoteAsync(id, new { reason = "Late", amount_cents = 33_33 })).JsonAsync();
        await (await desk.CreditNoteAsync(id, new { reason = "Late", amount_cents = 66_68 })).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");
        await (await desk.CreditNoteAsync(id)).DataAsync(HttpStatusCode.Created);

        Assert.Equal((33_33, 2_75), ((long)part["data"]!["subtotal_cents"]!, (long)part["data"]!["tax_cents"]!));
        Assert.Equal("paid 0 10825 0 0", await desk.StandingAsync(id));
        await desk.BalancedAsync();
    }

    [Fact]
    public async Task What_was_not_issued_or_is_not_on_the_invoice_is_refused()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var draft = await desk.DraftAsync(Desk.Invoices, desk.Paper());
        await (await desk.CreditNoteAsync(draft)).RefusedAsync(HttpStatusCode.UnprocessableEntity, "PRECONDITION_FAILED");
        await desk.MovedAsync(Desk.Invoices, draft, "void");
        await (await desk.CreditNoteAsync(draft)).RefusedAsync(HttpStatusCode.UnprocessableEntity, "PRECONDITION_FAILED");
        var id = await desk.IssuedInvoiceAsync();
        var other = (string)(await desk.GetAsync(Desk.Invoices, await desk.IssuedInvoiceAsync()))["line_items"]![0]!["id"]!;

        await (await desk.CreditNoteAsync(id, Part(other, 1))).RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        foreach (var fault in new[]
                 {
                     """{}""", """{"reason":"x","amount_cents":1}""", """{"reason":"x","line_items":[null]}""", """{"reason":"x","line_items":[{}]}""", """{"reason":"x","line_items":[{"invoice_line_item_id":"y"}]}""",
                 })
        {
            await Desk.InvalidAsync(await desk.CreditNoteAsync(id, JsonNode.Parse(fault)), fault);
        }

        // What is credited cannot be made void any more: the notes would stand against nothing.
        var line = (string)(await desk.GetAsync(Desk.Invoices, id))["line_items"]![0]!["id"]!;
        await Desk.InvalidAsync(await desk.CreditNoteAsync(id, Part(line, 0)), "nothing");
        await desk.CreditNoteAsync(id, Part(line, 1));
        await (await desk.MoveAsync(Desk.Invoices, id, "void")).RefusedAsync(HttpStatusCode.UnprocessableEntity, "PRECONDITION_FAILED");
        Assert.Equal(1L, await desk.App.ValueAsync("select count(*) from credit_notes"));
    }

    private static object Part(string line, long cents) => new { reason = "Too much", line_items = new[] { new { invoice_line_item_id = line, amount_cents = cents } } };

    private static async Task<string> IssuedAsync(Desk desk, bool included)
    {
        var id = await desk.DraftAsync(Desk.Invoices, new
        {
            client_id = desk.It.Client,
            tax_rate = 8.25,
            prices_include_tax = included,
            discount_percent = 3.3333,
            line_items = new object[]
            {
                new { description = "Boiler", quantity = 2, unit_price = "33.3333", unit = "pc" },
                new { description = "Work", quantity = 1.75, unit_price_cents = 80_00, discount_percent = 10 },
                new { description = "Permit", quantity = 1, unit_price_cents = 45_01, tax_rate = 0 },
                new { description = "Goodwill", quantity = 1, unit_price_cents = 0 },
            },
        });
        await desk.MovedAsync(Desk.Invoices, id, "sent");
        return id;
    }
}
