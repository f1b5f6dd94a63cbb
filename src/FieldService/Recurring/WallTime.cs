using System.Text.Json;
using System.Text.Json.Serialization;
using NodaTime;
using NodaTime.Text;
using Outpost.Kernel;

namespace Outpost.FieldService.Recurring;

/// <summary>What the clock on the wall says, to the minute: <c>2026-11-30T09:00</c>. It is a moment only together with a time zone.</summary>
[JsonConverter(typeof(WallTimeText))]
public readonly record struct WallTime(LocalDateTime Local) : IComparable<WallTime>
{
    private static readonly LocalDateTimePattern Minutes = LocalDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd'T'HH:mm");
    private static readonly LocalDateTimePattern Seconds = LocalDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd'T'HH:mm:ss");

    public WallTime(DateTime column) : this(LocalDateTime.FromDateTime(column))
    {
    }

    /// <summary>For a column <c>timestamp</c> without time zone.</summary>
    internal DateTime Column => Local.ToDateTimeUnspecified();

    public int CompareTo(WallTime other) => Local.CompareTo(other.Local);

    public static bool TryParse(string? text, out WallTime time)
    {
        time = default;
        if (text is null) return false;

        var read = Minutes.Parse(text);
        if (!read.Success) read = Seconds.Parse(text);
        // To the minute: what is agreed with a client has no seconds, and an occurrence is found again by this value.
        if (!read.Success || read.Value.Second != 0 || read.Value.Year is < 2000 or > 2199) return false;

        time = new(read.Value);
        return true;
    }

    public override string ToString() => Minutes.Format(Local);

    public static bool operator <(WallTime one, WallTime other) => one.CompareTo(other) < 0;

    public static bool operator >(WallTime one, WallTime other) => one.CompareTo(other) > 0;

    public static bool operator <=(WallTime one, WallTime other) => one.CompareTo(other) <= 0;

    public static bool operator >=(WallTime one, WallTime other) => one.CompareTo(other) >= 0;
}

internal sealed class WallTimeText : JsonConverter<WallTime>
{
    public override WallTime Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType is JsonTokenType.String && WallTime.TryParse(reader.GetString(), out var time)
            ? time
            : throw new JsonException("Expected a date and time on the site's clock, without offset, such as 2026-11-30T09:00.");

    public override void Write(Utf8JsonWriter writer, WallTime value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
