using NodaTime;
using NodaTime.Extensions;
using Outpost.FieldService.Accounts;

namespace Outpost.FieldService.Documents;

/// <summary>Days on the company's own calendar.</summary>
internal static class CompanyDay
{
    /// <summary>The day it is now where the company is.</summary>
    public static DateOnly Today(CurrentUser user, TimeProvider clock) => clock.GetUtcNow().ToInstant().InZone(Zone(user)).Date.ToDateOnly();

    /// <summary>The day that an instant ends: midnight is the end of the day before, anything else is within its day.</summary>
    public static DateOnly EndedBy(CurrentUser user, DateTimeOffset at) => at.ToInstant().Minus(Duration.Epsilon).InZone(Zone(user)).Date.ToDateOnly();

    /// <summary>The instant at which a day begins, which on some days is not midnight.</summary>
    public static DateTimeOffset Start(CurrentUser user, DateOnly day) => Zone(user).AtStartOfDay(day.ToLocalDate()).ToInstant().ToDateTimeOffset();

    private static DateTimeZone Zone(CurrentUser user) => DateTimeZoneProviders.Tzdb.GetZoneOrNull(user.TimeZone) ?? DateTimeZone.Utc;
}
