using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Outpost.Assistant.Catalogue;

namespace Outpost.Assistant.Web;

/// <summary>How the API spells things: snake_case names, UTC instants with milliseconds, dollars as numbers with all their decimals.</summary>
internal static class WireJson
{
    public static JsonSerializerOptions Options { get; } = Made();

    public static void Configure(JsonSerializerOptions json)
    {
        json.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        json.NumberHandling = JsonNumberHandling.Strict;
        json.AllowDuplicateProperties = false;
        json.MaxDepth = 32;
        json.Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        json.Converters.Add(new InstantText());
        json.Converters.Add(new DollarNumber());
    }

    private static JsonSerializerOptions Made()
    {
        var json = new JsonSerializerOptions(JsonSerializerDefaults.Web) { TypeInfoResolver = new System.Text.Json.Serialization.Metadata.DefaultJsonTypeInfoResolver() };
        Configure(json);
        return json;
    }

    private sealed class InstantText : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType is JsonTokenType.String && reader.TryGetDateTimeOffset(out var at) ? at.ToUniversalTime() : throw new JsonException("Expected a time such as 2026-11-21T10:00:00Z.");

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
    }

    private sealed class DollarNumber : JsonConverter<Spend>
    {
        public override Spend Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType is not JsonTokenType.Number || !reader.TryGetDecimal(out var dollars)) throw new JsonException("Expected a number of dollars.");

            try
            {
                return Spend.FromDollars(dollars);
            }
            catch (ArgumentOutOfRangeException)
            {
                throw new JsonException("Expected dollars with nine decimals at most.");
            }
        }

        public override void Write(Utf8JsonWriter writer, Spend value, JsonSerializerOptions options) => writer.WriteNumberValue(value.Dollars);
    }
}
