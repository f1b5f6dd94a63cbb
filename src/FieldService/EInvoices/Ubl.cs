using Outpost.FieldService.Accounts;
using Outpost.Kernel;

namespace Outpost.FieldService.EInvoices;

/// <summary>An invoice in the spelling of UBL 2.1. The elements stand in the order of its schema.</summary>
internal sealed class Ubl(EInvoice invoice)
{
    private const string Core = "urn:cen.eu:en16931:2017";

    public static string Write(EInvoice invoice) => new Ubl(invoice).Write();

    private string Write()
    {
        using var xml = new XmlText();
        xml.Root("", invoice.IsCreditNote ? "CreditNote" : "Invoice", invoice.IsCreditNote ? Spaces.CreditNote : Spaces.Invoice, ("cac", Spaces.Aggregate), ("cbc", Spaces.Basic));
        xml.Text("cbc:CustomizationID", Core);
        xml.Text("cbc:ID", invoice.Number);
        xml.Text("cbc:IssueDate", Day(invoice.IssuedOn));
        if (!invoice.IsCreditNote && invoice.DueOn is { } due) xml.Text("cbc:DueDate", Day(due));
        xml.Text(invoice.IsCreditNote ? "cbc:CreditNoteTypeCode" : "cbc:InvoiceTypeCode", invoice.IsCreditNote ? "381" : "380");
        xml.Text("cbc:Note", invoice.Note);
        xml.Text("cbc:DocumentCurrencyCode", invoice.Currency);
        xml.Text("cbc:BuyerReference", invoice.BuyerReference);
        if (invoice.Precedes is { } before)
        {
            xml.In("cac:BillingReference", () => xml.In("cac:InvoiceDocumentReference", () =>
            {
                xml.Text("cbc:ID", before.Number);
                xml.Text("cbc:IssueDate", Day(before.IssuedOn));
            }));
        }

        xml.In("cac:AccountingSupplierParty", () => Party(xml, invoice.Seller));
        xml.In("cac:AccountingCustomerParty", () => Party(xml, invoice.Buyer));
        if (invoice.PayTo is { } account)
        {
            xml.In("cac:PaymentMeans", () =>
            {
                xml.Text("cbc:PaymentMeansCode", invoice.Currency == "EUR" ? "58" : "30");
                xml.Text("cbc:PaymentID", invoice.Number);
                xml.In("cac:PayeeFinancialAccount", () =>
                {
                    xml.Text("cbc:ID", account.Iban);
                    xml.Text("cbc:Name", account.Holder);
                    if (account.Bic is { } bic) xml.In("cac:FinancialInstitutionBranch", () => xml.Text("cbc:ID", bic));
                });
            });
        }

        if (invoice.Terms is { } terms) xml.In("cac:PaymentTerms", () => xml.Text("cbc:Note", terms));
        foreach (var allowance in invoice.Allowances) xml.In("cac:AllowanceCharge", () => Allowance(xml, allowance.Amount, allowance.Reason, (allowance.Category, allowance.Rate)));
        xml.In("cac:TaxTotal", () =>
        {
            Amount(xml, "cbc:TaxAmount", invoice.TaxTotal);
            foreach (var tax in invoice.Taxes)
            {
                xml.In("cac:TaxSubtotal", () =>
                {
                    Amount(xml, "cbc:TaxableAmount", tax.Base);
                    Amount(xml, "cbc:TaxAmount", tax.Amount);
                    Category(xml, "cac:TaxCategory", tax.Category, tax.Rate, tax.Reason);
                });
            }
        });
        xml.In("cac:LegalMonetaryTotal", () =>
        {
            Amount(xml, "cbc:LineExtensionAmount", invoice.LineTotal);
            Amount(xml, "cbc:TaxExclusiveAmount", invoice.Net);
            Amount(xml, "cbc:TaxInclusiveAmount", invoice.Gross);
            if (invoice.AllowanceTotal > Money.Zero) Amount(xml, "cbc:AllowanceTotalAmount", invoice.AllowanceTotal);
            if (invoice.Prepaid > Money.Zero) Amount(xml, "cbc:PrepaidAmount", invoice.Prepaid);
            Amount(xml, "cbc:PayableAmount", invoice.Payable);
        });
        foreach (var (line, place) in invoice.Lines.Select((line, i) => (line, i + 1))) xml.In(invoice.IsCreditNote ? "cac:CreditNoteLine" : "cac:InvoiceLine", () => Line(xml, line, place));
        return xml.ToString();
    }

    private void Line(XmlText xml, EInvoice.Line line, int place)
    {
        xml.Text("cbc:ID", place.ToString(System.Globalization.CultureInfo.InvariantCulture));
        xml.Text(invoice.IsCreditNote ? "cbc:CreditedQuantity" : "cbc:InvoicedQuantity", XmlText.Of(line.Quantity), ("unitCode", line.Unit));
        Amount(xml, "cbc:LineExtensionAmount", line.Net);
        if (line.Discount > Money.Zero) xml.In("cac:AllowanceCharge", () => Allowance(xml, line.Discount, "Discount", null));
        xml.In("cac:Item", () =>
        {
            xml.Text("cbc:Description", line.Description);
            xml.Text("cbc:Name", line.Name);
            Category(xml, "cac:ClassifiedTaxCategory", line.Category, line.Rate, null);
        });
        xml.In("cac:Price", () =>
        {
            xml.Text("cbc:PriceAmount", XmlText.Of(line.Price), ("currencyID", invoice.Currency));
            if (line.PriceFor.Hundredths != 100) xml.Text("cbc:BaseQuantity", XmlText.Of(line.PriceFor), ("unitCode", line.Unit));
        });
    }

    private void Allowance(XmlText xml, Money amount, string reason, (VatCategory Category, Percent Rate)? tax)
    {
        xml.Text("cbc:ChargeIndicator", "false");
        xml.Text("cbc:AllowanceChargeReasonCode", "95");
        xml.Text("cbc:AllowanceChargeReason", reason);
        Amount(xml, "cbc:Amount", amount);
        if (tax is { } of) Category(xml, "cac:TaxCategory", of.Category, of.Rate, null);
    }

    private static void Party(XmlText xml, EInvoice.Party party) => xml.In("cac:Party", () =>
    {
        if (party.Electronic is { } address) xml.Text("cbc:EndpointID", address.Address, ("schemeID", address.Scheme));
        if (party.TradingName is { } trading) xml.In("cac:PartyName", () => xml.Text("cbc:Name", trading));
        xml.In("cac:PostalAddress", () =>
        {
            xml.Text("cbc:StreetName", party.Street);
            xml.Text("cbc:AdditionalStreetName", party.Street2);
            xml.Text("cbc:CityName", party.City);
            xml.Text("cbc:PostalZone", party.Zip);
            xml.Text("cbc:CountrySubentity", party.Region);
            xml.In("cac:Country", () => xml.Text("cbc:IdentificationCode", party.Country));
        });
        TaxScheme(xml, party.VatId, "VAT");
        TaxScheme(xml, party.TaxNumber, "FC");
        xml.In("cac:PartyLegalEntity", () =>
        {
            xml.Text("cbc:RegistrationName", party.Name);
            xml.Text("cbc:CompanyID", party.LegalId);
        });
        if (party.Phone is not null || party.Email is not null)
        {
            xml.In("cac:Contact", () =>
            {
                xml.Text("cbc:Name", party.TradingName ?? party.Name);
                xml.Text("cbc:Telephone", party.Phone);
                xml.Text("cbc:ElectronicMail", party.Email);
            });
        }
    });

    private static void TaxScheme(XmlText xml, string? number, string scheme)
    {
        if (number is null) return;

        xml.In("cac:PartyTaxScheme", () =>
        {
            xml.Text("cbc:CompanyID", number);
            xml.In("cac:TaxScheme", () => xml.Text("cbc:ID", scheme));
        });
    }

    private static void Category(XmlText xml, string name, VatCategory category, Percent rate, string? reason) => xml.In(name, () =>
    {
        xml.Text("cbc:ID", XmlText.Of(category));
        xml.Text("cbc:Percent", XmlText.Of(rate));
        if (reason is not null && category is VatCategory.Ae) xml.Text("cbc:TaxExemptionReasonCode", "VATEX-EU-AE");
        xml.Text("cbc:TaxExemptionReason", reason);
        xml.In("cac:TaxScheme", () => xml.Text("cbc:ID", "VAT"));
    });

    private void Amount(XmlText xml, string name, Money amount) => xml.Text(name, XmlText.Of(amount), ("currencyID", invoice.Currency));

    private static string Day(DateOnly day) => XmlText.Of(day, "yyyy-MM-dd");
}
