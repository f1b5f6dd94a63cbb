using System.Globalization;
using Outpost.FieldService.Accounts;
using Outpost.Kernel;

namespace Outpost.FieldService.EInvoices;

/// <summary>An invoice in the spelling of UN/CEFACT CII, which Factur-X and ZUGFeRD put into the PDF. The elements stand in the order of its schema.</summary>
internal sealed class Cii(EInvoice invoice)
{
    /// <summary>What the attachment of a PDF is called, so that it is found.</summary>
    public const string FileName = "factur-x.xml";

    private const string Core = "urn:cen.eu:en16931:2017";

    public static string Write(EInvoice invoice) => new Cii(invoice).Write();

    /// <summary>What the PDF says of its attachment: Factur-X 1.0, profile EN 16931, with the description of these words that PDF/A asks for.</summary>
    public static string Metadata { get; } = Described();

    private string Write()
    {
        using var xml = new XmlText();
        xml.Root("rsm", "CrossIndustryInvoice", Spaces.Industry, ("ram", Spaces.Reusable), ("udt", Spaces.Unqualified), ("qdt", Spaces.Qualified));
        xml.In("rsm:ExchangedDocumentContext", () => xml.In("ram:GuidelineSpecifiedDocumentContextParameter", () => xml.Text("ram:ID", Core)));
        xml.In("rsm:ExchangedDocument", () =>
        {
            xml.Text("ram:ID", invoice.Number);
            xml.Text("ram:TypeCode", invoice.IsCreditNote ? "381" : "380");
            Day(xml, "ram:IssueDateTime", invoice.IssuedOn);
            if (!string.IsNullOrWhiteSpace(invoice.Note)) xml.In("ram:IncludedNote", () => xml.Text("ram:Content", invoice.Note));
        });
        xml.In("rsm:SupplyChainTradeTransaction", () =>
        {
            foreach (var (line, place) in invoice.Lines.Select((line, i) => (line, i + 1))) xml.In("ram:IncludedSupplyChainTradeLineItem", () => Line(xml, line, place));
            xml.In("ram:ApplicableHeaderTradeAgreement", () =>
            {
                xml.Text("ram:BuyerReference", invoice.BuyerReference);
                xml.In("ram:SellerTradeParty", () => Party(xml, invoice.Seller));
                xml.In("ram:BuyerTradeParty", () => Party(xml, invoice.Buyer));
            });
            xml.In("ram:ApplicableHeaderTradeDelivery", () => { });
            xml.In("ram:ApplicableHeaderTradeSettlement", () => Settlement(xml));
        });
        return xml.ToString();
    }

    private static void Line(XmlText xml, EInvoice.Line line, int place)
    {
        xml.In("ram:AssociatedDocumentLineDocument", () => xml.Text("ram:LineID", place.ToString(CultureInfo.InvariantCulture)));
        xml.In("ram:SpecifiedTradeProduct", () =>
        {
            xml.Text("ram:Name", line.Name);
            xml.Text("ram:Description", line.Description);
        });
        xml.In("ram:SpecifiedLineTradeAgreement", () => xml.In("ram:NetPriceProductTradePrice", () =>
        {
            xml.Text("ram:ChargeAmount", XmlText.Of(line.Price));
            if (line.PriceFor.Hundredths != 100) xml.Text("ram:BasisQuantity", XmlText.Of(line.PriceFor), ("unitCode", line.Unit));
        }));
        xml.In("ram:SpecifiedLineTradeDelivery", () => xml.Text("ram:BilledQuantity", XmlText.Of(line.Quantity), ("unitCode", line.Unit)));
        xml.In("ram:SpecifiedLineTradeSettlement", () =>
        {
            xml.In("ram:ApplicableTradeTax", () =>
            {
                xml.Text("ram:TypeCode", "VAT");
                xml.Text("ram:CategoryCode", XmlText.Of(line.Category));
                xml.Text("ram:RateApplicablePercent", XmlText.Of(line.Rate));
            });
            if (line.Discount > Money.Zero) xml.In("ram:SpecifiedTradeAllowanceCharge", () => Allowance(xml, line.Discount, "Discount", null));
            xml.In("ram:SpecifiedTradeSettlementLineMonetarySummation", () => xml.Text("ram:LineTotalAmount", XmlText.Of(line.Net)));
        });
    }

    private void Settlement(XmlText xml)
    {
        if (invoice.PayTo is not null) xml.Text("ram:PaymentReference", invoice.Number);
        xml.Text("ram:InvoiceCurrencyCode", invoice.Currency);
        if (invoice.PayTo is { } account)
        {
            xml.In("ram:SpecifiedTradeSettlementPaymentMeans", () =>
            {
                xml.Text("ram:TypeCode", invoice.Currency == "EUR" ? "58" : "30");
                xml.In("ram:PayeePartyCreditorFinancialAccount", () =>
                {
                    xml.Text("ram:IBANID", account.Iban);
                    xml.Text("ram:AccountName", account.Holder);
                });
                if (account.Bic is { } bic) xml.In("ram:PayeeSpecifiedCreditorFinancialInstitution", () => xml.Text("ram:BICID", bic));
            });
        }

        foreach (var tax in invoice.Taxes)
        {
            xml.In("ram:ApplicableTradeTax", () =>
            {
                xml.Text("ram:CalculatedAmount", XmlText.Of(tax.Amount));
                xml.Text("ram:TypeCode", "VAT");
                xml.Text("ram:ExemptionReason", tax.Reason);
                xml.Text("ram:BasisAmount", XmlText.Of(tax.Base));
                xml.Text("ram:CategoryCode", XmlText.Of(tax.Category));
                if (tax.Reason is not null && tax.Category is VatCategory.Ae) xml.Text("ram:ExemptionReasonCode", "VATEX-EU-AE");
                xml.Text("ram:RateApplicablePercent", XmlText.Of(tax.Rate));
            });
        }

        foreach (var allowance in invoice.Allowances) xml.In("ram:SpecifiedTradeAllowanceCharge", () => Allowance(xml, allowance.Amount, allowance.Reason, (allowance.Category, allowance.Rate)));
        if (invoice.Terms is not null || (invoice.DueOn is not null && !invoice.IsCreditNote))
        {
            xml.In("ram:SpecifiedTradePaymentTerms", () =>
            {
                xml.Text("ram:Description", invoice.Terms);
                if (invoice.DueOn is { } due) Day(xml, "ram:DueDateDateTime", due);
            });
        }

        xml.In("ram:SpecifiedTradeSettlementHeaderMonetarySummation", () =>
        {
            xml.Text("ram:LineTotalAmount", XmlText.Of(invoice.LineTotal));
            if (invoice.AllowanceTotal > Money.Zero) xml.Text("ram:AllowanceTotalAmount", XmlText.Of(invoice.AllowanceTotal));
            xml.Text("ram:TaxBasisTotalAmount", XmlText.Of(invoice.Net));
            xml.Text("ram:TaxTotalAmount", XmlText.Of(invoice.TaxTotal), ("currencyID", invoice.Currency));
            xml.Text("ram:GrandTotalAmount", XmlText.Of(invoice.Gross));
            if (invoice.Prepaid > Money.Zero) xml.Text("ram:TotalPrepaidAmount", XmlText.Of(invoice.Prepaid));
            xml.Text("ram:DuePayableAmount", XmlText.Of(invoice.Payable));
        });
        if (invoice.Precedes is { } before)
        {
            xml.In("ram:InvoiceReferencedDocument", () =>
            {
                xml.Text("ram:IssuerAssignedID", before.Number);
                xml.In("ram:FormattedIssueDateTime", () => xml.Text("qdt:DateTimeString", XmlText.Of(before.IssuedOn, "yyyyMMdd"), ("format", "102")));
            });
        }
    }

    private static void Allowance(XmlText xml, Money amount, string reason, (VatCategory Category, Percent Rate)? tax)
    {
        xml.In("ram:ChargeIndicator", () => xml.Text("udt:Indicator", "false"));
        xml.Text("ram:ActualAmount", XmlText.Of(amount));
        xml.Text("ram:ReasonCode", "95");
        xml.Text("ram:Reason", reason);
        if (tax is not { } of) return;

        xml.In("ram:CategoryTradeTax", () =>
        {
            xml.Text("ram:TypeCode", "VAT");
            xml.Text("ram:CategoryCode", XmlText.Of(of.Category));
            xml.Text("ram:RateApplicablePercent", XmlText.Of(of.Rate));
        });
    }

    private static void Party(XmlText xml, EInvoice.Party party)
    {
        xml.Text("ram:Name", party.Name);
        if (party.LegalId is not null || party.TradingName is not null)
        {
            xml.In("ram:SpecifiedLegalOrganization", () =>
            {
                xml.Text("ram:ID", party.LegalId);
                xml.Text("ram:TradingBusinessName", party.TradingName);
            });
        }

        if (party.Phone is not null || party.Email is not null)
        {
            xml.In("ram:DefinedTradeContact", () =>
            {
                xml.Text("ram:PersonName", party.TradingName ?? party.Name);
                if (party.Phone is not null) xml.In("ram:TelephoneUniversalCommunication", () => xml.Text("ram:CompleteNumber", party.Phone));
                if (party.Email is not null) xml.In("ram:EmailURIUniversalCommunication", () => xml.Text("ram:URIID", party.Email));
            });
        }

        xml.In("ram:PostalTradeAddress", () =>
        {
            xml.Text("ram:PostcodeCode", party.Zip);
            xml.Text("ram:LineOne", party.Street);
            xml.Text("ram:LineTwo", party.Street2);
            xml.Text("ram:CityName", party.City);
            xml.Text("ram:CountryID", party.Country);
            xml.Text("ram:CountrySubDivisionName", party.Region);
        });
        if (party.Electronic is { } address) xml.In("ram:URIUniversalCommunication", () => xml.Text("ram:URIID", address.Address, ("schemeID", address.Scheme)));
        if (party.TaxNumber is { } number) xml.In("ram:SpecifiedTaxRegistration", () => xml.Text("ram:ID", number, ("schemeID", "FC")));
        if (party.VatId is { } vat) xml.In("ram:SpecifiedTaxRegistration", () => xml.Text("ram:ID", vat, ("schemeID", "VA")));
    }

    private static void Day(XmlText xml, string name, DateOnly day) => xml.In(name, () => xml.Text("udt:DateTimeString", XmlText.Of(day, "yyyyMMdd"), ("format", "102")));

    private static string Described()
    {
        const string Space = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#";
        var properties = string.Concat(new[]
        {
            ("DocumentFileName", "The name of the embedded XML document"), ("DocumentType", "The type of the hybrid document in capital letters, INVOICE"),
            ("Version", "The version of the standard that the embedded XML document follows"), ("ConformanceLevel", "The profile of the embedded XML document"),
        }.Select(property => $"<rdf:li rdf:parseType=\"Resource\"><pdfaProperty:name>{property.Item1}</pdfaProperty:name><pdfaProperty:valueType>Text</pdfaProperty:valueType>"
            + $"<pdfaProperty:category>external</pdfaProperty:category><pdfaProperty:description>{property.Item2}</pdfaProperty:description></rdf:li>"));
        return $"<rdf:Description xmlns:fx=\"{Space}\" rdf:about=\"\"><fx:DocumentType>INVOICE</fx:DocumentType><fx:DocumentFileName>{FileName}</fx:DocumentFileName>"
            + "<fx:Version>1.0</fx:Version><fx:ConformanceLevel>EN 16931</fx:ConformanceLevel></rdf:Description>"
            + "<rdf:Description xmlns:pdfaExtension=\"http://www.aiim.org/pdfa/ns/extension/\" xmlns:pdfaSchema=\"http://www.aiim.org/pdfa/ns/schema#\" xmlns:pdfaProperty=\"http://www.aiim.org/pdfa/ns/property#\" rdf:about=\"\">"
            + "<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType=\"Resource\"><pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>"
            + $"<pdfaSchema:namespaceURI>{Space}</pdfaSchema:namespaceURI><pdfaSchema:prefix>fx</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq>{properties}</rdf:Seq></pdfaSchema:property>"
            + "</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>";
    }
}
