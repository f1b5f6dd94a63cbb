using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Outpost.Kernel;

namespace Outpost.FieldService.Web;

/// <summary>How the API spells things: snake_case names, UTC instants with milliseconds, quantities as text with two decimals.</summary>
internal static class WireJson
{
    public static void Configure(JsonSerializerOptions json)
    {
        json.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        json.DictionaryKeyPolicy = JsonNamingPolicy.SnakeCaseLower;
        json.NumberHandling = JsonNumberHandling.Strict;
        json.AllowDuplicateProperties = false;
        json.MaxDepth = 16;
        json.Converters.Add(new TrimmedText());
        json.Converters.Add(new InstantText());
        json.Converters.Add(new LocalTimeText());
        json.Converters.Add(new QuantityText());
        json.Converters.Add(new UnitPriceText());
        json.Converters.Add(new CentsNumber());
        json.Converters.Add(new RateNumber());
        json.Converters.Add(new IdText());
        json.Converters.Add(new WordText());
    }

    public static readonly JsonSerializerOptions Options = Made();

    private static JsonSerializerOptions Made()
    {
        var json = new JsonSerializerOptions(JsonSerializerDefaults.Web) { TypeInfoResolver = new System.Text.Json.Serialization.Metadata.DefaultJsonTypeInfoResolver() };
        Configure(json);
        return json;
    }
}

/// <summary>Text as people mean it: blanks at either end are a slip, and an empty field is one that was left out. PostgreSQL cannot hold the NUL character.</summary>
internal sealed class TrimmedText : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType is not JsonTokenType.String) throw new JsonException("Expected text.");

        var text = reader.GetString()!.Trim();
        return text.Contains('\0') ? throw new JsonException("Text must not contain the NUL character.") : text.Length == 0 ? null : text;
    }

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);
}

/// <summary>Text that is taken to the letter: a password may begin with a blank.</summary>
internal sealed class VerbatimText : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType is JsonTokenType.String ? reader.GetString() : throw new JsonException("Expected text.");

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);
}

/// <summary>In: ISO 8601 with any offset. Out: UTC with milliseconds, <c>2026-11-21T10:00:00.000Z</c>.</summary>
internal sealed class InstantText : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType is JsonTokenType.String && TryRead(reader.GetString()!, out var at)
            ? at
            : throw new JsonException("Expected a date and time with offset, such as 2026-11-21T10:00:00Z or 2026-11-21T05:00:00-05:00.");

    public static bool TryRead(string text, out DateTimeOffset utc)
    {
        var read = DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var at) && HasOffset(text) && at.UtcDateTime is { Year: >= 1900 and < 2300 };
        utc = at.ToUniversalTime();
        return read;
    }

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
    {
        Span<char> text = stackalloc char[24];
        value.UtcDateTime.TryFormat(text, out var length, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        writer.WriteStringValue(text[..length]);
    }

    // Without an offset the reader would have to guess whose clock was meant.
    private static bool HasOffset(string text) =>
        text.Length >= 17 && text[10] is 'T' && (text[^1] is 'Z' || text.LastIndexOfAny(['+', '-']) > 10);
}

/// <summary>In: a number, or text holding one. Out: text with two decimals, as the published API has it.</summary>
internal sealed class QuantityText : JsonConverter<Quantity>
{
    public override Quantity Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var number = reader.TokenType switch
        {
            JsonTokenType.Number when reader.TryGetDecimal(out var given) => given,
            JsonTokenType.String when decimal.TryParse(reader.GetString(), NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var given) => given,
            _ => throw new JsonException("Expected a quantity such as 1.5."),
        };

        try
        {
            return Quantity.Of(number);
        }
        catch (ArgumentOutOfRangeException)
        {
            throw new JsonException($"A quantity is more than 0, at most {Quantity.Most}, and has at most two decimals.");
        }
    }

    public override void Write(Utf8JsonWriter writer, Quantity value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}

/// <summary>In: a number, or text holding one. Out: text with two to four decimals, <c>"33.3333"</c>, because a program that reads numbers as floating point would lose it.</summary>
internal sealed class UnitPriceText : JsonConverter<UnitPrice>
{
    public override UnitPrice Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var number = reader.TokenType switch
        {
            JsonTokenType.Number when reader.TryGetDecimal(out var given) => given,
            JsonTokenType.String when decimal.TryParse(reader.GetString(), NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var given) => given,
            _ => throw new JsonException("Expected a price such as \"33.3333\"."),
        };

        try
        {
            return UnitPrice.Of(number);
        }
        catch (ArgumentOutOfRangeException)
        {
            throw new JsonException("A unit price is 0 or more and has at most four decimals.");
        }
    }

    public override void Write(Utf8JsonWriter writer, UnitPrice value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}

/// <summary>Whole cents.</summary>
internal sealed class CentsNumber : JsonConverter<Money>
{
    public override Money Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType is JsonTokenType.Number && reader.TryGetInt64(out var cents) ? new(cents) : throw new JsonException("Expected a whole number of cents.");

    public override void Write(Utf8JsonWriter writer, Money value, JsonSerializerOptions options) => writer.WriteNumberValue(value.Cents);
}

/// <summary>A rate as a percentage: 8.25 is 8.25 %.</summary>
internal sealed class RateNumber : JsonConverter<Percent>
{
    public override Percent Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType is not JsonTokenType.Number || !reader.TryGetDecimal(out var rate)) throw new JsonException("Expected a percentage such as 8.25.");

        try
        {
            return Percent.Of(rate);
        }
        catch (ArgumentOutOfRangeException)
        {
            throw new JsonException("A tax rate is 0 to 100 per cent with at most four decimals.");
        }
    }

    public override void Write(Utf8JsonWriter writer, Percent value, JsonSerializerOptions options) => writer.WriteNumberValue(value.Percentage);
}
