using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;

namespace Outpost.FieldService.Schedule;

public enum Weekday { Monday = 1, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday }

/// <summary>From when to when on one day of the week, by the wall clock: <c>{"day": "monday", "from": "08:00", "to": "12:00"}</c>. A day may end at 24:00.</summary>
public sealed record StatedHours([property: Required] Weekday? Day, [property: Required] string? From, [property: Required] string? To)
{
    internal static StatedHours Of(Hours hours) => new((Weekday)hours.Weekday, Written(hours.From), Written(hours.To));

    /// <summary>As minutes of the day. The caller has seen that the times can be read, see <see cref="StatedWeek.SeeThatItMakesSense"/>.</summary>
    internal Hours Stored() => new((int)Day!.Value, Minute(From)!.Value, Minute(To)!.Value);

    internal static int? Minute(string? text) =>
        text == "24:00" ? 24 * 60
        : TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? (time.Hour * 60) + time.Minute
        : null;

    private static string Written(int minute) => FormattableString.Invariant($"{minute / 60:00}:{minute % 60:00}");
}

/// <summary>
/// The ordinary week of a technician, as the office has stated it. Two hours of a day with time between them have a break there; a week without hours is that
/// of somebody who works only when asked.
/// </summary>
/// <param name="TimeZone">By whose clock; null is the account's.</param>
public sealed record StatedWeek(UserId UserId, string? TimeZone, IReadOnlyList<StatedHours> Hours) : IVersioned
{
    /// <summary>How often it was changed, from 1 on.</summary>
    public int Version { get; init; }

    /// <exception cref="Kernel.RuleException">VALIDATION_ERROR</exception>
    internal void SeeThatItMakesSense()
    {
        if (TimeZone is not null) SiteTime.Zone(TimeZone);
        for (var i = 0; i < Hours.Count; i++)
        {
            if (Hours[i]?.Day is null) throw ScheduleRules.NoWeekday($"hours[{i}].day");
            if (StatedHours.Minute(Hours[i].From) is not { } from) throw ScheduleRules.NoTimeOfDay($"hours[{i}].from");
            if (StatedHours.Minute(Hours[i].To) is not { } to) throw ScheduleRules.NoTimeOfDay($"hours[{i}].to");
            if (to <= from) throw ScheduleRules.HoursEndBeforeTheyStart(i);
        }

        foreach (var day in Hours.Select(span => span.Stored()).GroupBy(span => span.Weekday))
        {
            var inOrder = day.OrderBy(span => span.From).ToList();
            if (inOrder.Zip(inOrder.Skip(1)).Any(pair => pair.Second.From < pair.First.To)) throw ScheduleRules.HoursOverlap(day.Key);
        }
    }
}
