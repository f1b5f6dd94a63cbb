using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Outpost.FieldService.Web;

/// <summary>
/// A day, <c>2026-12-05</c>. Older clients write the instant at which the day begins on some clock; the day they wrote is the day they mean, whatever the offset.
/// </summary>
internal sealed class DayText : JsonConverter<DateOnly>
{
    private const string Format = "yyyy-MM-dd";

    public override DateOnly Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType is JsonTokenType.String
        && reader.GetString() is { Length: >= 10 } text
        && (text.Length == 10 || (text[10] is 'T' && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _)))
        && DateOnly.TryParseExact(text.AsSpan(0, 10), Format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
        && day.Year is >= 1900 and < 2300
            ? day
            : throw new JsonException("Expected a day such as 2026-12-05.");

    public override void Write(Utf8JsonWriter writer, DateOnly value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString(Format, CultureInfo.InvariantCulture));
}
