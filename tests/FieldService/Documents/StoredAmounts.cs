using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Outpost.FieldService.Documents;
using Outpost.FieldService.Taxes;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Documents;

/// <summary>What the preview promises, what is stored, what is answered and what the database computes by itself are the same.</summary>
public sealed class StoredAmounts(PostgresServer postgres)
{
    private static readonly string[] Amounts = ["subtotal_cents", "tax_cents", "total_cents", "discount_amount_cents", "taxes"];

    [Fact]
    public async Task Any_document_is_stored_and_answered_as_it_was_promised_and_issued_as_it_was_stored()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var (sales, vat) = (await GroupAsync(desk, "Sales tax", 4m, 1.25m), await GroupAsync(desk, "VAT", 19m));

        // Same seed every time, so that a failure can be looked at.
        foreach (var paper in PricingADocument.Papers().Sample(40, new Rnd(1863, 17), 24))
        {
            var body = Body(desk, paper, new() { ["Sales tax"] = sales, ["VAT"] = vat });
            var promised = await (await desk.Owner.PostAsync("/api/v1/documents/preview", body)).DataAsync();
            var estimate = await desk.GetAsync(Desk.Estimates, await desk.DraftAsync(Desk.Estimates, body));
            SameAmounts(promised, estimate);
            Assert.Equal((long)promised["items_cents"]!, estimate["line_items"]!.AsArray().Where(l => (bool)l!["chosen"]!).Sum(l => (long)l!["total_cents"]!));

            // The database adds up by itself what goes out, and lets nothing else pass.
            var id = (string)estimate["id"]!;
            await desk.MovedAsync(Desk.Estimates, id, "sent");
            await desk.MovedAsync(Desk.Estimates, id, "approved");
            var invoice = await desk.GetAsync(Desk.Invoices, (string)(await (await desk.Owner.PostAsync($"{Desk.Estimates}/{id}/convert", new { })).JsonAsync())["invoice_id"]!);
            foreach (var amount in Amounts[..4]) Assert.Equal((long)estimate[amount]!, (long)invoice[amount]!);
            // Nothing but options, and none taken: there is nothing to bill.
            if (invoice["line_items"]!.AsArray().Count > 0) await desk.MovedAsync(Desk.Invoices, (string)invoice["id"]!, "sent");
        }

        Assert.InRange((long)(await desk.App.ValueAsync("select count(*) from invoices where status <> 'draft'"))!, 20, 24);
        Assert.Equal(0L, await desk.App.ValueAsync("select count(*) from estimates e where not document_adds_up(to_jsonb(e), 'estimates')"));
        Assert.Equal(0L, await desk.App.ValueAsync("select count(*) from invoices i where not document_adds_up(to_jsonb(i), 'invoices')"));
    }

    [Fact]
    public async Task The_largest_document_is_stored_to_the_cent()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        foreach (var (included, rounding) in new[] { (false, "document"), (true, "document"), (false, "line"), (true, "line") })
        {
            var id = await desk.DraftAsync(Desk.Invoices, new
            {
                client_id = desk.It.Client, tax_rate = 99.9999, prices_include_tax = included, tax_rounding = rounding, discount_cents = 7,
                line_items = Enumerable.Range(0, 200).Select(i => new { description = "All of it", quantity = 1, unit_price_cents = 99_999_999_999 - i }),
            });
            await desk.MovedAsync(Desk.Invoices, id, "sent");
        }
    }

    [Fact]
    public async Task A_preview_stores_nothing_and_refuses_what_a_document_would()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var preview = await (await desk.Owner.PostAsync("/api/v1/documents/preview", new { flat_rate_cents = 100_00, tax_rate = 9.975 })).DataAsync();

        Assert.Equal((100_00, 9_98, 109_98), ((long)preview["subtotal_cents"]!, (long)preview["tax_cents"]!, (long)preview["total_cents"]!));
        foreach (var body in new[]
                 {
                     """{"line_items":[{"description":"x","quantity":1}]}""", """{"line_items":[{"description":"x","quantity":1,"unit_price":"1.00001"}]}""", """{"line_items":[{"description":"x","quantity":1,"unit_price":-1}]}""",
                     """{"line_items":[{"description":"x","quantity":1,"unit_price":"1","unit_price_cents":101}]}""", """{"line_items":[{"description":"x","quantity":1,"unit_price":1e20}]}""",
                     """{"line_items":[{"description":"x","quantity":1,"unit_price":"999999999.9901"}]}""", """{"line_items":[{"description":"x","quantity":1,"unit_price":"1","unit":"xxxxxxxxxxxxxxxxxxxxx"}]}""",
                     """{"line_items":[{"description":"x","quantity":1,"unit_price":"1","discount_percent":101}]}""", """{"line_items":[{"description":"x","quantity":1,"unit_price":"1","discount_cents":-1}]}""",
                     """{"discount_cents":9223372036854775807}""", """{"discount_percent":1,"discount_cents":1,"flat_rate_cents":100}""", """{"tax_rounding":"never"}""", """{"prices_include_tax":"yes"}""", """{"line_items":[null]}""",
                     """{"tax_group_id":"x"}""",
                 })
        {
            await Desk.InvalidAsync(await desk.Owner.PostAsync("/api/v1/documents/preview", JsonNode.Parse(body)!), body);
        }

        Assert.Equal(0L, await desk.App.ValueAsync("select (select count(*) from estimates) + (select count(*) from invoices) + (select count(*) from audit_log where entity_type in ('estimate', 'invoice'))"));
    }

    [Fact]
    public async Task A_line_that_was_read_can_be_sent_back()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var group = await GroupAsync(desk, "Sales tax", 4m, 1.25m);
        var id = await desk.DraftAsync(Desk.Estimates, new
        {
            client_id = desk.It.Client, discount_percent = 5,
            line_items = new object[]
            {
                new { description = "A", quantity = "2.5", unit = "h", unit_price = "33.3333", tax_group_id = group, discount_percent = 10 },
                new { description = "B", quantity = 1, unit_price_cents = 500, tax_rate = 7, optional = true, chosen = false, discount_cents = 20 },
            },
        });
        var before = await desk.GetAsync(Desk.Estimates, id);

        var after = await (await desk.Owner.PatchAsync($"{Desk.Estimates}/{id}", new { line_items = before["line_items"] })).DataAsync();

        foreach (var amount in Amounts) Assert.Equal(before[amount]!.ToJsonString(), after[amount]!.ToJsonString());
        Assert.Equal(Without(before["line_items"]!), Without(after["line_items"]!));
    }

    [Fact]
    public async Task An_invoice_has_no_options()
    {
        await using var desk = await Desk.OpenAsync(postgres);

        await Desk.InvalidAsync(await desk.Owner.PostAsync(Desk.Invoices, new { client_id = desk.It.Client, line_items = new[] { new { description = "x", quantity = 1, unit_price = "1", optional = true } } }), "an option");
    }

    private static string Without(JsonNode lines)
    {
        var copy = lines.DeepClone().AsArray();
        foreach (var line in copy) line!.AsObject().Remove("id");
        return copy.ToJsonString();
    }

    private static void SameAmounts(JsonNode promised, JsonNode stored)
    {
        foreach (var amount in Amounts) Assert.Equal(promised[amount]!.ToJsonString(), stored[amount]!.ToJsonString());
    }

    private static JsonObject Body(Desk desk, PricingADocument.Paper paper, Dictionary<string, string> groups)
    {
        var json = JsonSerializer.SerializeToNode(new PreviewDocument.Request
        {
            TaxRate = paper.Tax.Group is null ? paper.Tax.Rate : null,
            PricesIncludeTax = paper.Pricing.PricesIncludeTax,
            TaxRounding = paper.Pricing.Rounding,
            DiscountPercent = paper.Pricing.DiscountPercent,
            DiscountCents = paper.Pricing.DiscountCents,
            LineItems = [.. paper.Lines.Select(line => line with { TaxGroupId = line.TaxGroupId is { } known ? new TaxGroupId(Guid.Parse(groups[PricingADocument.NameOf(known)])) : null })],
        }, WireJson.Options)!.AsObject();
        json["client_id"] = desk.It.Client.ToString();
        if (paper.Tax.Group is not null) json["tax_group_id"] = groups[paper.Tax.Name];
        return json;
    }

    private static async Task<string> GroupAsync(Desk desk, string name, params decimal[] rates)
    {
        var ids = new List<string>();
        foreach (var rate in rates) ids.Add((string)(await (await desk.Owner.PostAsync("/api/v1/tax-rates", new { name = $"{name} {rate}", rate })).DataAsync(HttpStatusCode.Created))["id"]!);
        return (string)(await (await desk.Owner.PostAsync("/api/v1/tax-groups", new { name, tax_rate_ids = ids })).DataAsync(HttpStatusCode.Created))["id"]!;
    }
}
