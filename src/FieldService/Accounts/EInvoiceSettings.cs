using System.ComponentModel.DataAnnotations;

namespace Outpost.FieldService.Accounts;

/// <summary>How an invoice in data calls what is not taxed (UNTDID 5305): taxed, zero rated, exempt, or taxed at the buyer's (reverse charge).</summary>
public enum VatCategory { S, Z, E, Ae }

/// <summary>What an invoice in data by EN 16931 has to say of its seller, beside what stands on every letter.</summary>
public sealed record EInvoiceSettings
{
    /// <summary>With the letters of its country: DE123456789.</summary>
    [RegularExpression("^[A-Z]{2}[A-Za-z0-9+*.]{2,13}$", ErrorMessage = "Must be a VAT number with the letters of its country, such as DE123456789.")]
    public string? VatId { get; init; }

    /// <summary>The number in the register of companies.</summary>
    [StringLength(50)]
    public string? LegalId { get; init; }

    /// <summary>Where invoices in data reach the company; its e-mail when left out.</summary>
    [StringLength(200)]
    public string? ElectronicAddress { get; init; }

    /// <summary>What kind of address that is, of the list EAS: EM for e-mail, 0204 for a Leitweg-ID, 9930 for a German VAT number.</summary>
    [RegularExpression("^(EM|AN|AQ|AS|AU|[0-9]{4})$", ErrorMessage = "Must be a code of the list EAS, such as EM or 9930.")]
    public string? ElectronicScheme { get; init; }

    [RegularExpression("^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$", ErrorMessage = "Must be an IBAN without blanks.")]
    public string? Iban { get; init; }

    [RegularExpression("^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$", ErrorMessage = "Must be a BIC of 8 or 11 characters.")]
    public string? Bic { get; init; }

    /// <summary>Whose account it is; the company's name when left out.</summary>
    [StringLength(70)]
    public string? AccountHolder { get; init; }

    /// <summary>What lines without a tax are, when they have no tax group that says so.</summary>
    public VatCategory? ZeroRate { get; init; }

    /// <summary>Why they are not taxed; needed where they are exempt.</summary>
    [StringLength(500)]
    public string? ExemptionReason { get; init; }
}
