using NodaTime;
using NodaTime.Extensions;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;

namespace Outpost.FieldService.Documents;

/// <summary>Days on the company's own calendar.</summary>
internal static class CompanyDay
{
    /// <summary>The day it is now where the company is.</summary>
    public static DateOnly Today(CurrentUser user, TimeProvider clock) => clock.GetUtcNow().ToInstant().InZone(user.Zone).Date.ToDateOnly();

    /// <summary>The day that an instant ends: midnight is the end of the day before, anything else is within its day.</summary>
    public static DateOnly EndedBy(CurrentUser user, DateTimeOffset at) => at.ToInstant().Minus(Duration.Epsilon).InZone(user.Zone).Date.ToDateOnly();

    /// <summary>The instant at which a day begins, which on some days is not midnight.</summary>
    public static DateTimeOffset Start(CurrentUser user, DateOnly day) => user.Zone.AtStartOfDay(day.ToLocalDate()).ToInstant().ToDateTimeOffset();

    /// <summary>From the beginning of the first day to the end of the last, for a list that is asked for days.</summary>
    /// <exception cref="Kernel.RuleException">VALIDATION_ERROR</exception>
    public static (DateTimeOffset? From, DateTimeOffset? Until) Span(CurrentUser user, string? from, string? to) => (
        ListParameters.Day(from, "from") is { } first ? Start(user, first) : null,
        ListParameters.Day(to, "to") is { } last ? Start(user, last.AddDays(1)) : null);
}
