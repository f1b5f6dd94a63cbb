using System.Xml.Linq;

namespace Outpost.FieldService.Tests.EInvoices;

/// <summary>The order in which the schemas of UBL 2.1 and of CII D16B (as far as EN 16931 goes) let elements stand, and what must be there.</summary>
internal static class Sequence
{
    // A name with an exclamation mark has to be there, one with an asterisk may come several times.
    private static readonly Dictionary<string, string> Ubl = new(StringComparer.Ordinal)
    {
        ["Invoice"] = "CustomizationID ProfileID ID! IssueDate! DueDate InvoiceTypeCode! Note* TaxPointDate DocumentCurrencyCode! TaxCurrencyCode AccountingCost BuyerReference InvoicePeriod OrderReference BillingReference* DespatchDocumentReference AccountingSupplierParty! AccountingCustomerParty! PayeeParty TaxRepresentativeParty Delivery PaymentMeans* PaymentTerms AllowanceCharge* TaxTotal!* LegalMonetaryTotal! InvoiceLine!*",
        ["CreditNote"] = "CustomizationID ProfileID ID! IssueDate! TaxPointDate CreditNoteTypeCode! Note* DocumentCurrencyCode! TaxCurrencyCode AccountingCost BuyerReference InvoicePeriod OrderReference BillingReference* DespatchDocumentReference AccountingSupplierParty! AccountingCustomerParty! PayeeParty TaxRepresentativeParty Delivery PaymentMeans* PaymentTerms AllowanceCharge* TaxTotal!* LegalMonetaryTotal! CreditNoteLine!*",
        ["BillingReference"] = "InvoiceDocumentReference!", ["InvoiceDocumentReference"] = "ID! IssueDate",
        ["AccountingSupplierParty"] = "Party!", ["AccountingCustomerParty"] = "Party!",
        ["Party"] = "EndpointID PartyIdentification* PartyName PostalAddress! PartyTaxScheme* PartyLegalEntity! Contact", ["PartyName"] = "Name!",
        ["PostalAddress"] = "StreetName AdditionalStreetName CityName PostalZone CountrySubentity AddressLine Country!", ["Country"] = "IdentificationCode!",
        ["PartyTaxScheme"] = "CompanyID! TaxScheme!", ["TaxScheme"] = "ID!", ["PartyLegalEntity"] = "RegistrationName! CompanyID", ["Contact"] = "Name Telephone ElectronicMail",
        ["PaymentMeans"] = "PaymentMeansCode! PaymentID CardAccount PayeeFinancialAccount", ["PayeeFinancialAccount"] = "ID! Name FinancialInstitutionBranch", ["FinancialInstitutionBranch"] = "ID!",
        ["PaymentTerms"] = "Note!", ["AllowanceCharge"] = "ChargeIndicator! AllowanceChargeReasonCode AllowanceChargeReason MultiplierFactorNumeric Amount! BaseAmount TaxCategory",
        ["TaxTotal"] = "TaxAmount! TaxSubtotal*", ["TaxSubtotal"] = "TaxableAmount! TaxAmount! TaxCategory!",
        ["TaxCategory"] = "ID! Percent TaxExemptionReasonCode TaxExemptionReason TaxScheme!", ["ClassifiedTaxCategory"] = "ID! Percent TaxScheme!",
        ["LegalMonetaryTotal"] = "LineExtensionAmount! TaxExclusiveAmount! TaxInclusiveAmount! AllowanceTotalAmount ChargeTotalAmount PrepaidAmount PayableRoundingAmount PayableAmount!",
        ["InvoiceLine"] = "ID! Note InvoicedQuantity! LineExtensionAmount! AccountingCost InvoicePeriod OrderLineReference DocumentReference AllowanceCharge* Item! Price!",
        ["CreditNoteLine"] = "ID! Note CreditedQuantity! LineExtensionAmount! AccountingCost InvoicePeriod OrderLineReference DocumentReference AllowanceCharge* Item! Price!",
        ["Item"] = "Description Name! ClassifiedTaxCategory!", ["Price"] = "PriceAmount! BaseQuantity AllowanceCharge",
    };

    private static readonly Dictionary<string, string> Cii = new(StringComparer.Ordinal)
    {
        ["CrossIndustryInvoice"] = "ExchangedDocumentContext! ExchangedDocument! SupplyChainTradeTransaction!",
        ["ExchangedDocumentContext"] = "BusinessProcessSpecifiedDocumentContextParameter GuidelineSpecifiedDocumentContextParameter!", ["GuidelineSpecifiedDocumentContextParameter"] = "ID!",
        ["ExchangedDocument"] = "ID! TypeCode! IssueDateTime! IncludedNote*", ["IssueDateTime"] = "DateTimeString!", ["DueDateDateTime"] = "DateTimeString!", ["FormattedIssueDateTime"] = "DateTimeString!", ["IncludedNote"] = "Content! SubjectCode",
        ["SupplyChainTradeTransaction"] = "IncludedSupplyChainTradeLineItem!* ApplicableHeaderTradeAgreement! ApplicableHeaderTradeDelivery! ApplicableHeaderTradeSettlement!",
        ["IncludedSupplyChainTradeLineItem"] = "AssociatedDocumentLineDocument! SpecifiedTradeProduct! SpecifiedLineTradeAgreement! SpecifiedLineTradeDelivery! SpecifiedLineTradeSettlement!",
        ["AssociatedDocumentLineDocument"] = "LineID! IncludedNote", ["SpecifiedTradeProduct"] = "GlobalID SellerAssignedID BuyerAssignedID Name! Description",
        ["SpecifiedLineTradeAgreement"] = "BuyerOrderReferencedDocument GrossPriceProductTradePrice NetPriceProductTradePrice!", ["NetPriceProductTradePrice"] = "ChargeAmount! BasisQuantity",
        ["SpecifiedLineTradeDelivery"] = "BilledQuantity!", ["SpecifiedLineTradeSettlement"] = "ApplicableTradeTax! BillingSpecifiedPeriod SpecifiedTradeAllowanceCharge* SpecifiedTradeSettlementLineMonetarySummation!",
        ["SpecifiedTradeSettlementLineMonetarySummation"] = "LineTotalAmount!",
        ["ApplicableHeaderTradeAgreement"] = "BuyerReference SellerTradeParty! BuyerTradeParty! SellerTaxRepresentativeTradeParty", ["ApplicableHeaderTradeDelivery"] = "ShipToTradeParty ActualDeliverySupplyChainEvent",
        ["SellerTradeParty"] = "ID* GlobalID* Name! Description SpecifiedLegalOrganization DefinedTradeContact PostalTradeAddress! URIUniversalCommunication SpecifiedTaxRegistration*",
        ["BuyerTradeParty"] = "ID* GlobalID* Name! Description SpecifiedLegalOrganization DefinedTradeContact PostalTradeAddress! URIUniversalCommunication SpecifiedTaxRegistration*",
        ["SpecifiedLegalOrganization"] = "ID TradingBusinessName", ["DefinedTradeContact"] = "PersonName DepartmentName TelephoneUniversalCommunication EmailURIUniversalCommunication",
        ["TelephoneUniversalCommunication"] = "URIID CompleteNumber", ["EmailURIUniversalCommunication"] = "URIID CompleteNumber", ["URIUniversalCommunication"] = "URIID CompleteNumber",
        ["PostalTradeAddress"] = "PostcodeCode LineOne LineTwo LineThree CityName CountryID! CountrySubDivisionName", ["SpecifiedTaxRegistration"] = "ID!",
        ["ApplicableHeaderTradeSettlement"] = "CreditorReferenceID PaymentReference TaxCurrencyCode InvoiceCurrencyCode! PayeeTradeParty SpecifiedTradeSettlementPaymentMeans* ApplicableTradeTax!* BillingSpecifiedPeriod SpecifiedTradeAllowanceCharge* SpecifiedTradePaymentTerms SpecifiedTradeSettlementHeaderMonetarySummation! InvoiceReferencedDocument* ReceivableSpecifiedTradeAccountingAccount",
        ["SpecifiedTradeSettlementPaymentMeans"] = "TypeCode! Information ApplicableTradeSettlementFinancialCard PayerPartyDebtorFinancialAccount PayeePartyCreditorFinancialAccount PayeeSpecifiedCreditorFinancialInstitution",
        ["PayeePartyCreditorFinancialAccount"] = "IBANID AccountName ProprietaryID", ["PayeeSpecifiedCreditorFinancialInstitution"] = "BICID!",
        ["ApplicableTradeTax"] = "CalculatedAmount TypeCode! ExemptionReason BasisAmount CategoryCode! ExemptionReasonCode TaxPointDate DueDateTypeCode RateApplicablePercent",
        ["CategoryTradeTax"] = "TypeCode! CategoryCode! RateApplicablePercent", ["SpecifiedTradeAllowanceCharge"] = "ChargeIndicator! CalculationPercent BasisAmount ActualAmount! ReasonCode Reason CategoryTradeTax", ["ChargeIndicator"] = "Indicator!",
        ["SpecifiedTradePaymentTerms"] = "Description DueDateDateTime DirectDebitMandateID",
        ["SpecifiedTradeSettlementHeaderMonetarySummation"] = "LineTotalAmount! ChargeTotalAmount AllowanceTotalAmount TaxBasisTotalAmount! TaxTotalAmount* RoundingAmount GrandTotalAmount! TotalPrepaidAmount DuePayableAmount!",
        ["InvoiceReferencedDocument"] = "IssuerAssignedID! FormattedIssueDateTime",
    };

    public static List<string> Faults(string xml)
    {
        var root = XDocument.Parse(xml).Root!;
        var faults = new List<string>();
        Check(root, root.Name.LocalName == "CrossIndustryInvoice" ? Cii : Ubl, faults);
        return faults;
    }

    private static void Check(XElement element, Dictionary<string, string> schema, List<string> faults)
    {
        var name = element.Name.LocalName;
        if (!element.HasElements)
        {
            if (element.Value.Length == 0 && name != "ApplicableHeaderTradeDelivery") faults.Add($"{name} is empty");
            return;
        }

        // UBL's own charge indicator holds a word, CII's an element.
        if (!schema.TryGetValue(name, out var rule))
        {
            faults.Add($"{name} holds nothing in the schema");
            return;
        }

        var (allowed, at) = (rule.Split(' '), 0);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var child in element.Elements())
        {
            var place = Array.FindIndex(allowed, word => word.TrimEnd('!', '*').TrimEnd('!') == child.Name.LocalName);
            if (place < 0) faults.Add($"{name} holds {child.Name.LocalName}, which it may not");
            else if (place < at) faults.Add($"{child.Name.LocalName} stands too late in {name}");
            else if (!seen.Add(child.Name.LocalName) && !allowed[place].Contains('*', StringComparison.Ordinal)) faults.Add($"{child.Name.LocalName} is twice in {name}");
            at = Math.Max(at, place);
            Check(child, schema, faults);
        }

        faults.AddRange(allowed.Where(word => word.Contains('!', StringComparison.Ordinal) && !seen.Contains(word.TrimEnd('*').TrimEnd('!'))).Select(word => $"{name} lacks {word}"));
    }
}
