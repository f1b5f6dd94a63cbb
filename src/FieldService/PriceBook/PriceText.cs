using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Outpost.FieldService.PriceBook;

/// <summary>A price or a cost of one unit in the company's currency, with up to four decimals. In: a number, or text holding one. Out: text, <c>"12.50"</c> or <c>"0.0375"</c>.</summary>
internal sealed class PriceText : JsonConverter<decimal>
{
    public const decimal Most = 999_999_999.9999m;

    /// <summary>Whether it is an amount that can be stored without loss.</summary>
    public static bool TryRead(ReadOnlySpan<char> text, out decimal price) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out price) && Fits(price);

    public override decimal Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.Number when reader.TryGetDecimal(out var price) && Fits(price) => price,
        JsonTokenType.String when TryRead(reader.GetString(), out var price) => price,
        _ => throw new JsonException("Expected an amount of 0 to 999999999.9999 with at most four decimals, such as 12.5."),
    };

    public override void Write(Utf8JsonWriter writer, decimal value, JsonSerializerOptions options) => writer.WriteStringValue(Of(value));

    public static string Of(decimal price) => price.ToString("0.00##", CultureInfo.InvariantCulture);

    private static bool Fits(decimal price) => price is >= 0 and <= Most && decimal.Round(price, 4) == price;
}
