using System.Globalization;
using NodaTime;
using NodaTime.Extensions;
using Outpost.FieldService.Accounts;

namespace Outpost.FieldService.Messages;

/// <summary>When a client is left in peace, on the clock of the place.</summary>
internal static class QuietHours
{
    /// <returns>When they end, if it is quiet now; where the clocks skip that time, the moment after the gap; where they show it twice, the first.</returns>
    public static DateTimeOffset? EndOf(MessageSettings settings, DateTimeZone zone, DateTimeOffset now)
    {
        if (Read(settings.QuietFrom) is not { } from || Read(settings.QuietTo) is not { } to || from == to) return null;

        var local = now.ToInstant().InZone(zone).LocalDateTime;
        var time = local.TimeOfDay.ToTimeOnly();
        var overnight = from > to;
        var quiet = overnight ? time >= from || time < to : time >= from && time < to;
        if (!quiet) return null;

        var day = overnight && time >= from ? local.Date.PlusDays(1) : local.Date;
        var end = day.At(to.ToLocalTime()).InZoneLeniently(zone).ToDateTimeOffset();
        // Set back, the clocks show a quiet time once more after its end; that end has been.
        return end > now ? end : null;
    }

    private static TimeOnly? Read(string? text) => TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? time : null;
}
