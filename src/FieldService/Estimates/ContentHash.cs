using System.Security.Cryptography;
using System.Text.Json;
using Outpost.FieldService.Documents;
using Outpost.Kernel;

namespace Outpost.FieldService.Estimates;

/// <summary>
/// The fingerprint of everything a client sees of an estimate: SHA-256 over one fixed spelling of it. It changes exactly when something of that does; the
/// office's own notes are no part of it. An approval names it, so that nobody approves what they have not read.
/// </summary>
internal static class ContentHash
{
    /// <summary>Raised when the spelling changes; fingerprints that are stored were made with the one of their day.</summary>
    private const int Spelling = 1;

    /// <returns>64 hexadecimal digits.</returns>
    public static string Of(Estimate estimate, IReadOnlyList<LineItem> lines, IReadOnlyList<TaxGroup> taxes) => Convert.ToHexStringLower(SHA256.HashData(Spelled(estimate, lines, taxes)));

    private static byte[] Spelled(Estimate estimate, IReadOnlyList<LineItem> lines, IReadOnlyList<TaxGroup> taxes)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            json.WriteNumber("spelling", Spelling);
            json.WriteString("number", estimate.EstimateNumber);
            json.WriteNumber("revision", estimate.Revision);
            json.WriteString("client", estimate.ClientId.Value);
            Write(json, "job", estimate.JobId?.Value);
            Write(json, "property", estimate.PropertyId?.Value);
            json.WriteString("notes", estimate.Notes);
            json.WriteString("expires_on", estimate.ExpiresOn?.ToString("O", System.Globalization.CultureInfo.InvariantCulture));
            json.WriteBoolean("prices_include_tax", estimate.PricesIncludeTax);
            Write(json, "flat_rate", estimate.FlatRateCents);
            Write(json, "discount_percent", estimate.DiscountPercent);
            json.WriteNumber("discount", estimate.DiscountAmountCents.Cents);
            json.WriteStartArray("lines");
            foreach (var line in lines) Write(json, line);
            json.WriteEndArray();
            json.WriteStartArray("taxes");
            foreach (var tax in taxes) Write(json, tax);
            json.WriteEndArray();
            json.WriteNumber("subtotal", estimate.SubtotalCents.Cents);
            json.WriteNumber("tax", estimate.TaxCents.Cents);
            json.WriteNumber("total", estimate.TotalCents.Cents);
            Write(json, "deposit_percent", estimate.DepositPercent);
            Write(json, "deposit", estimate.DepositCents);
            json.WriteEndObject();
        }

        return text.ToArray();
    }

    private static void Write(Utf8JsonWriter json, LineItem line)
    {
        json.WriteStartObject();
        json.WriteString("description", line.Description);
        json.WriteNumber("quantity", line.Quantity.Hundredths);
        json.WriteString("unit", line.Unit);
        json.WriteNumber("unit_price", line.UnitPrice.TenThousandths);
        Write(json, "discount_percent", line.DiscountPercent);
        json.WriteNumber("discount", line.DiscountAmountCents.Cents);
        json.WriteNumber("tax_rate", line.TaxRate.Millionths);
        json.WriteString("tax", line.TaxName);
        json.WriteNumber("total", line.TotalCents.Cents);
        json.WriteBoolean("optional", line.Optional ?? false);
        json.WriteBoolean("chosen", line.Chosen ?? true);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, TaxGroup tax)
    {
        json.WriteStartObject();
        json.WriteString("name", tax.Name);
        json.WriteNumber("rate", tax.Rate.Millionths);
        json.WriteNumber("base", tax.BaseCents.Cents);
        json.WriteNumber("tax", tax.TaxCents.Cents);
        json.WriteStartArray("parts");
        foreach (var part in tax.Components ?? [])
        {
            json.WriteStartObject();
            json.WriteString("name", part.Name);
            json.WriteNumber("rate", part.Rate.Millionths);
            json.WriteNumber("tax", part.TaxCents.Cents);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, Guid? id)
    {
        if (id is { } value) json.WriteString(name, value);
        else json.WriteNull(name);
    }

    private static void Write(Utf8JsonWriter json, string name, Money? amount)
    {
        if (amount is { } value) json.WriteNumber(name, value.Cents);
        else json.WriteNull(name);
    }

    private static void Write(Utf8JsonWriter json, string name, Percent? share)
    {
        if (share is { } value) json.WriteNumber(name, value.Millionths);
        else json.WriteNull(name);
    }
}
