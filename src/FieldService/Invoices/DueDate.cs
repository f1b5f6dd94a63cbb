using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using NodaTime;
using NodaTime.Extensions;
using Outpost.FieldService.Accounts;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Invoices;

/// <summary>The day an invoice is to be paid by. It is a day on the company's own calendar, not an instant.</summary>
internal static class DueDate
{
    /// <summary>The day it is now where the company is.</summary>
    public static DateOnly Today(CurrentUser user, TimeProvider clock) => clock.GetUtcNow().ToInstant().InZone(Zone(user)).Date.ToDateOnly();

    /// <summary>So many days from today as the account's <see cref="AccountSettings.PaymentTermsDays"/> say.</summary>
    public static async Task<DateOnly> DefaultAsync(Db db, CurrentUser user, DateOnly today, CancellationToken ct) =>
        today.AddDays((await AccountSettings.OfAsync(db, user.Account, ct)).PaymentTermsDays);

    private static DateTimeZone Zone(CurrentUser user) => DateTimeZoneProviders.Tzdb.GetZoneOrNull(user.TimeZone) ?? DateTimeZone.Utc;
}

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
