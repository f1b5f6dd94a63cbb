using System.Text.Json;
using System.Text.Json.Serialization;
using NodaTime;
using NodaTime.Text;

namespace Outpost.FieldService.Web;

/// <summary>What a clock on the wall says, <c>2026-11-21T09:00:00</c>: without offset, because whose clock it is stands elsewhere.</summary>
internal sealed class LocalTimeText : JsonConverter<LocalDateTime>
{
    private static readonly LocalDateTimePattern ToTheSecond = LocalDateTimePattern.GeneralIso;
    private static readonly LocalDateTimePattern ToTheMinute = LocalDateTimePattern.CreateWithInvariantCulture("uuuu'-'MM'-'dd'T'HH':'mm");

    public override LocalDateTime Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType is JsonTokenType.String && TryRead(reader.GetString()!, out var local)
            ? local
            : throw new JsonException("Expected a local date and time without offset, such as 2026-11-21T09:00.");

    public static bool TryRead(string text, out LocalDateTime local)
    {
        var read = ToTheSecond.Parse(text) is { Success: true } seconds ? seconds : ToTheMinute.Parse(text);
        local = read.Success ? read.Value : default;
        return read.Success && local.Year is >= 1900 and < 2300;
    }

    public override void Write(Utf8JsonWriter writer, LocalDateTime value, JsonSerializerOptions options) => writer.WriteStringValue(ToTheSecond.Format(value));
}
