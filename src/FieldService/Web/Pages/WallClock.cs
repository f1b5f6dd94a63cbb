using System.Globalization;
using NodaTime;
using NodaTime.Extensions;
using Outpost.FieldService.Accounts;

namespace Outpost.FieldService.Web.Pages;

/// <summary>The clock on the wall of the company's office: every date and time that a person reads is told by it, wherever the server or the browser is.</summary>
internal sealed class WallClock(TimeProvider clock, string? zone)
{
    private readonly DateTimeZone _zone = ZoneOf(zone);

    public WallClock(TimeProvider clock, IHttpContextAccessor http) : this(clock, http.HttpContext?.Features.Get<CurrentUser>()?.TimeZone)
    {
        if (http.HttpContext is { } context) Say = Language.For(context);
    }

    /// <summary>The language in which dates and times are told.</summary>
    public Language Say { get; init; } = Language.English;

    public DateTimeOffset Now { get; } = clock.GetUtcNow();

    public DateOnly Today => DateOf(Now);

    /// <summary>When the day begins and when the next one does; 23 or 25 hours apart when the clocks change.</summary>
    public (DateTimeOffset From, DateTimeOffset To) Day(DateOnly date)
    {
        var day = date.ToLocalDate();
        return (_zone.AtStartOfDay(day).ToInstant().ToDateTimeOffset(), _zone.AtStartOfDay(day.PlusDays(1)).ToInstant().ToDateTimeOffset());
    }

    public string Greeting => Say[At(Now).Hour switch
    {
        < 4 => "greeting.evening",
        < 12 => "greeting.morning",
        < 18 => "greeting.afternoon",
        _ => "greeting.evening",
    }];

    /// <summary>Saturday, November 21, in the language of the page.</summary>
    public string Long(DateOnly date) => date.ToString(Say["date.long"], Say.Culture);

    /// <summary>November 21, 2026, in the language of the page.</summary>
    public string Full(DateOnly date) => date.ToString(Say["date.full"], Say.Culture);

    /// <summary>Saturday, November 21</summary>
    public static string LongDate(DateOnly date) => date.ToString("dddd, MMMM d", CultureInfo.InvariantCulture);

    /// <summary>Today, Tomorrow, Mon, Nov 23, or with the year when it is not this one.</summary>
    public string Date(DateOnly date) => (date.DayNumber - Today.DayNumber) switch
    {
        0 => Say["date.today"],
        1 => Say["date.tomorrow"],
        -1 => Say["date.yesterday"],
        _ => date.ToString(Say[date.Year == Today.Year ? "date.short" : "date.short.year"], Say.Culture),
    };

    public string Date(DateTimeOffset at) => Date(DateOf(at));

    /// <summary>The date as a document carries it, November 21, 2026: it must still be true tomorrow.</summary>
    public static string InFull(DateOnly date) => date.ToString("MMMM d, yyyy", CultureInfo.InvariantCulture);

    public string Written(DateTimeOffset at) => Full(DateOf(at));

    /// <summary>9:30 AM</summary>
    public string Time(DateTimeOffset at) => At(at).ToString(Say["time"], Say.Culture);

    /// <summary>9:00–10:30 AM, 11:30–1:00 PM: within half a day the second half says it for both.</summary>
    public string Span(DateTimeOffset start, DateTimeOffset end)
    {
        var (from, to) = (At(start), At(end));
        return $"{from.ToString(Say[end - start < TimeSpan.FromHours(12) ? "time.from" : "time.from.long"], Say.Culture)}–{to.ToString(Say["time"], Say.Culture)}";
    }

    /// <summary>For the attribute <c>datetime</c> of a <c>time</c> element.</summary>
    public static string Machine(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>How many days ago that was, on the calendar.</summary>
    public int DaysSince(DateTimeOffset at) => Today.DayNumber - DateOf(at).DayNumber;

    public int DaysSince(DateOnly date) => Today.DayNumber - date.DayNumber;

    /// <summary>Minutes from midnight of a day to a moment, on the clock on the wall; below 0 or above 1440 when it is on another day.</summary>
    public int MinuteOf(DateTimeOffset at, DateOnly day) => (int)(At(at) - day.ToDateTime(TimeOnly.MinValue)).TotalMinutes;

    /// <summary>The moment at which the clock on the wall shows an hour of a day; behind the gap when the clocks skip it.</summary>
    public DateTimeOffset When(DateOnly day, int hour) => day.ToLocalDate().At(new LocalTime(hour, 0)).InZoneLeniently(_zone).ToDateTimeOffset().ToUniversalTime();

    public DateOnly DateOf(DateTimeOffset at) => DateOnly.FromDateTime(At(at));

    private DateTime At(DateTimeOffset at) => Instant.FromDateTimeOffset(at).InZone(_zone).ToDateTimeUnspecified();

    private static DateTimeZone ZoneOf(string? name) => (name is null ? null : DateTimeZoneProviders.Tzdb.GetZoneOrNull(name)) ?? DateTimeZone.Utc;
}
