using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using FsCheck;
using FsCheck.Fluent;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Credits;
using Outpost.FieldService.Documents;
using Outpost.FieldService.EInvoices;
using Outpost.FieldService.Tests.Credits;
using Outpost.FieldService.Tests.Documents;
using Outpost.FieldService.Tests.Papers;
using Outpost.Kernel;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.EInvoices;

public sealed class WritingInvoicesAsData(PostgresServer postgres)
{
    private static readonly EInvoice.Party Seller = new("North & Sons <Ltd>", "1 Street", null, "Berlin", "10115", null, "DE", "DE123456789", "12/345/67890", null, ("office@north.test", "EM"));
    private static readonly EInvoice.Party Buyer = new("Ada", "2 Street", null, "Wien", "1010", null, "AT", "ATU12345678", null, null, null);

    private static CancellationToken Stop => FieldServiceUnderTest.Stop;

    [Fact]
    public void Whatever_an_invoice_looks_like_it_obeys_the_rules_and_comes_to_what_is_stored() => Prop.ForAll(PricingADocument.Papers().ToArbitrary(), paper =>
    {
        var totals = Totals.Of(paper.Tax, paper.Pricing, null, paper.Lines, PricingADocument.Known);
        var lines = totals.Lines.Where(line => line.Chosen)
            .Select(line => new Billed.Line(line.Description, line.Quantity, line.Unit, line.UnitPrice, line.DiscountAmount, line.TaxRate, line.TaxName, line.Total, line.DiscountShare)).ToList();
        return lines.Count == 0 || IsWell(new(totals.Pricing.PricesIncludeTax, lines, totals.Taxes), totals.Subtotal, totals.Tax, false);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Whatever_part_of_it_is_taken_back_obeys_them_too() => Prop.ForAll(MirroringAnInvoice.Papers(), Gen.Choose(0, 99).ToArbitrary(), (paper, pick) =>
    {
        var at = pick % paper.Lines.Count;
        var (line, part) = (paper.Lines[at], new Money((paper.Lines[at].Rest.Cents * (pick + 1) / 100)));
        var note = Mirror.Of(pick % 3 == 0 ? [.. paper.Lines.Select(all => (all, all.Rest))] : [(line, part)], paper.Lines, paper.Taxes, paper.Included);
        var lines = note.Lines.Select(credited => new Billed.Line(
            credited.Of.Description, credited.IsWhole ? credited.Of.Quantity : null, credited.Of.Unit, credited.IsWhole ? credited.Of.UnitPrice : null,
            credited.IsWhole ? credited.Of.LineDiscount : Money.Zero, credited.Of.TaxRate, credited.Of.TaxName, credited.Total, credited.Share)).ToList();
        return IsWell(new(paper.Included, lines, [.. note.Taxes.Select(tax => new TaxGroup(tax.Rate, tax.Base, tax.Tax) { Name = tax.Name is "" ? null : tax.Name })]), note.Subtotal, note.Tax, true);
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("S", 190_000, null)]
    [InlineData("Z", 0, null)]
    [InlineData("E", 0, "Small business")]
    [InlineData("AE", 0, "Reverse charge")]
    public void Each_kind_of_tax_says_what_it_has_to(string category, int rate, string? reason)
    {
        var called = Words<VatCategory>.Parse(category.ToLowerInvariant());
        var base_ = new Money(10_000);
        var (lines, allowances, taxes) = new Billed(false, [new("Work", new(100), "h", UnitPrice.Of(base_), Money.Zero, new(rate), "", base_, Money.Zero)], [new(new(rate), base_, base_ * new Percent(rate))]).InTerms((_, _) => new(called, reason));
        var invoice = Invoice(lines, allowances, taxes, false);

        foreach (var xml in new[] { Ubl.Write(invoice), Cii.Write(invoice) })
        {
            Assert.Empty(En16931.Faults(xml));
            Assert.Empty(Sequence.Faults(xml));
            Assert.Contains($">{category}<", xml, StringComparison.Ordinal);
        }

        // The checker sees what is wrong: without the reason, with another sum, with elements in another order.
        if (reason is not null) Assert.Contains($"BR-{category}-10", En16931.Faults(Ubl.Write(invoice with { Taxes = [taxes[0] with { Reason = null }] })));
        Assert.Contains("BR-CO-10", En16931.Faults(Cii.Write(invoice with { Lines = [.. lines, lines[0]] }).Replace("<ram:LineTotalAmount>200.00", "<ram:LineTotalAmount>100.00", StringComparison.Ordinal)));
        Assert.Contains("BR-CO-15", En16931.Faults(Ubl.Write(invoice).Replace("TaxInclusiveAmount currencyID=\"EUR\">1", "TaxInclusiveAmount currencyID=\"EUR\">2", StringComparison.Ordinal)));
        var turned = XDocument.Parse(Ubl.Write(invoice));
        turned.Root!.Add(turned.Root.Elements().First(e => e.Name.LocalName == "ID"));
        Assert.NotEmpty(Sequence.Faults(turned.ToString()));
    }

    [Fact]
    public async Task An_invoice_and_its_credit_note_are_data_beside_and_inside_the_pdf()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var (vat, none) = await GermanAsync(desk);
        var invoice = await desk.DraftAsync(Desk.Invoices, new
        {
            client_id = desk.It.Client, tax_group_id = vat, prices_include_tax = true, discount_cents = 777, notes = "Danke & bis bald \u0001",
            line_items = new object[]
            {
                new { description = "Heizung\nmit Pumpe", quantity = "3", unit = "Stk", unit_price = "333.33" }, new { description = "Arbeit", quantity = "1.5", unit = "h", unit_price = "79.99", discount_percent = 5 },
                new { description = "Porto", quantity = 1, unit_price = "7.00", tax_group_id = none },
            },
        });
        await desk.MovedAsync(Desk.Invoices, invoice, "sent");
        var stored = await desk.GetAsync(Desk.Invoices, invoice);
        var note = (await (await desk.Owner.PostAsync($"{Desk.Invoices}/{invoice}/credit-notes", new { reason = "Pumpe defekt", line_items = new[] { new { invoice_line_item_id = stored["line_items"]![0]!["id"]!.ToString(), amount_cents = 12_345 } } })).JsonAsync())["data"]!;

        foreach (var (path, paper) in new[] { ($"{Desk.Invoices}/{invoice}", stored), ($"/api/v1/credit-notes/{note["id"]}", note) })
        {
            var expected = ((long)paper["subtotal_cents"]!, (long)paper["tax_cents"]!, (long)paper["total_cents"]!, (long)paper["total_cents"]!);
            var ubl = await desk.Owner.GetStringAsync($"{path}/ubl", Stop);
            var cii = await desk.Owner.GetStringAsync($"{path}/cii", Stop);
            foreach (var xml in new[] { ubl, cii })
            {
                Assert.Empty(En16931.Faults(xml));
                Assert.Empty(Sequence.Faults(xml));
                Assert.Equal(expected, En16931.Totals(xml));
            }

            var pdf = await desk.Owner.GetByteArrayAsync($"{path}/pdf", Stop);
            Assert.Contains("factur-x.xml", await Pdf.AttachedAsync(pdf), StringComparison.Ordinal);
            Assert.Equal(cii, await Pdf.AttachmentAsync(pdf));
            var raw = Encoding.Latin1.GetString(pdf);
            foreach (var word in new[] { "/AFRelationship /Alternative", "/AF [", "/Subtype /text#2Fxml", "<fx:ConformanceLevel>EN 16931", "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#" }) Assert.Contains(word, raw, StringComparison.Ordinal);
            Assert.NotNull(XDocument.Parse(raw[raw.IndexOf("<rdf:RDF", StringComparison.Ordinal)..(raw.IndexOf("</rdf:RDF>", StringComparison.Ordinal) + 10)]));
        }

        Assert.Contains("BillingReference", await desk.Owner.GetStringAsync($"/api/v1/credit-notes/{note["id"]}/ubl", Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_paid_as_a_deposit_is_taken_off_and_what_is_paid_later_changes_nothing()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var (vat, _) = await GermanAsync(desk);
        var estimate = await desk.ApprovedEstimateAsync(new { client_id = desk.It.Client, tax_group_id = vat, line_items = new[] { new { description = "Boiler", quantity = 1, unit_price_cents = 100_000 } } });
        await (await desk.Owner.PostAsync($"{Desk.Estimates}/{estimate}/deposits", new { amount_cents = 20_000, method = "transfer" })).DataAsync(HttpStatusCode.Created);
        var invoice = (string)(await (await desk.Owner.PostAsync($"{Desk.Estimates}/{estimate}/convert", new { })).JsonAsync())["invoice_id"]!;
        await desk.MovedAsync(Desk.Invoices, invoice, "sent");

        var xml = await desk.Owner.GetStringAsync($"{Desk.Invoices}/{invoice}/ubl", Stop);
        Assert.Equal((100_000, 19_000, 119_000, 99_000), En16931.Totals(xml));
        Assert.Empty(En16931.Faults(xml));
        desk.App.Clock.Advance(TimeSpan.FromDays(1));
        await (await desk.PayAsync(invoice, 5_000)).DataAsync(HttpStatusCode.Created);
        Assert.Equal(xml, await desk.Owner.GetStringAsync($"{Desk.Invoices}/{invoice}/ubl", Stop));
    }

    [Fact]
    public async Task Says_everything_that_is_missing_and_the_pdf_comes_without()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var draft = await desk.DraftAsync(Desk.Invoices, desk.Paper());
        await (await desk.Owner.ReadAsync($"{Desk.Invoices}/{draft}/ubl")).RefusedAsync(HttpStatusCode.UnprocessableEntity, "PRECONDITION_FAILED");
        var invoice = await desk.IssuedInvoiceAsync();

        var refused = await (await desk.Owner.ReadAsync($"{Desk.Invoices}/{invoice}/ubl")).RefusedAsync(HttpStatusCode.UnprocessableEntity, "PRECONDITION_FAILED");

        Assert.Equal(
            ["account.address_line1", "account.city", "account.country", "account.settings.e_invoice.electronic_address", "account.settings.e_invoice.vat_id", "account.settings.e_invoice.zero_rate", "account.tax_id"],
            refused["details"]!["missing"]!.AsArray().Select(lack => (string)lack!["field"]!).Order(StringComparer.Ordinal));
        Assert.StartsWith("0 embedded", await Pdf.AttachedAsync(await desk.Owner.GetByteArrayAsync($"{Desk.Invoices}/{invoice}/pdf", Stop)), StringComparison.Ordinal);
        await (await desk.Owner.PatchAsync("/api/v1/account", new { settings = new { e_invoice = new { iban = "12 34" } } })).RefusedAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");

        await GermanAsync(desk);
        await (await desk.Owner.PatchAsync("/api/v1/account", new { settings = new { e_invoice = new { zero_rate = "ae" } } })).DataAsync();
        var still = await (await desk.Owner.ReadAsync($"{Desk.Invoices}/{invoice}/ubl")).RefusedAsync(HttpStatusCode.UnprocessableEntity, "PRECONDITION_FAILED");
        Assert.Equal("client.tax_id", (string?)still["details"]!["missing"]![0]!["field"]);
        await (await desk.Owner.PatchAsync($"/api/v1/clients/{desk.It.Client}", new { tax_id = "ATU12345678", country = "AT", reference = "PO-7" })).DataAsync();

        var xml = await desk.Owner.GetStringAsync($"{Desk.Invoices}/{invoice}/ubl", Stop);
        Assert.Empty(En16931.Faults(xml));
        Assert.Contains("PO-7", xml, StringComparison.Ordinal);
        Assert.Contains("VATEX-EU-AE", xml, StringComparison.Ordinal);
    }

    private static async Task<(string Vat, string None)> GermanAsync(Desk desk)
    {
        await (await desk.Owner.PatchAsync("/api/v1/account", new
        {
            name = "Nord GmbH", address_line1 = "Straße 1", city = "Berlin", zip = "10115", country = "DE", email = "buero@nord.test", phone = "+49 30 1", tax_id = "12/345/67890",
            settings = new { e_invoice = new { vat_id = "DE123456789", iban = "DE89370400440532013000", bic = "COBADEFFXXX" } },
        })).DataAsync();
        var rate = (string)(await (await desk.Owner.PostAsync("/api/v1/tax-rates", new { name = "USt", rate = 19 })).DataAsync(HttpStatusCode.Created))["id"]!;
        var zero = (string)(await (await desk.Owner.PostAsync("/api/v1/tax-rates", new { name = "Steuerfrei", rate = 0 })).DataAsync(HttpStatusCode.Created))["id"]!;
        var vat = (string)(await (await desk.Owner.PostAsync("/api/v1/tax-groups", new { name = "USt 19 %", tax_rate_ids = new[] { rate } })).DataAsync(HttpStatusCode.Created))["id"]!;
        var none = (string)(await (await desk.Owner.PostAsync("/api/v1/tax-groups", new { name = "Steuerfrei", tax_rate_ids = new[] { zero }, vat_category = "e", exemption_reason = "§ 4 Nr. 11b UStG" })).DataAsync(HttpStatusCode.Created))["id"]!;
        return (vat, none);
    }

    private static bool IsWell(Billed billed, Money subtotal, Money tax, bool isNote)
    {
        var (lines, allowances, taxes) = billed.InTerms((rate, _) => new(rate.Millionths > 0 ? VatCategory.S : VatCategory.Z, null));
        var invoice = Invoice(lines, allowances, taxes, isNote);
        foreach (var xml in new[] { Ubl.Write(invoice), Cii.Write(invoice) })
        {
            var faults = (List<string>)[.. En16931.Faults(xml), .. Sequence.Faults(xml)];
            if (faults.Count > 0) throw new InvalidOperationException(string.Join(", ", faults));
            if (En16931.Totals(xml) != (subtotal.Cents, tax.Cents, (subtotal + tax).Cents, (subtotal + tax).Cents)) throw new InvalidOperationException($"{En16931.Totals(xml)} is not {subtotal} and {tax}");
        }

        return true;
    }

    private static EInvoice Invoice(IReadOnlyList<EInvoice.Line> lines, IReadOnlyList<EInvoice.Allowance> allowances, IReadOnlyList<EInvoice.Tax> taxes, bool isNote) =>
        new("INV-1", isNote, new(2026, 11, 21), isNote ? null : new(2026, 12, 5), "EUR", Seller, Buyer, lines, allowances, taxes, Money.Zero)
        {
            Note = "Thanks & goodbye", Terms = "Due", BuyerReference = "PO-1", Precedes = isNote ? new("INV-0", new(2026, 11, 1)) : null, PayTo = new("DE89370400440532013000", "North", "COBADEFFXXX"),
        };
}
