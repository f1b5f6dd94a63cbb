using System.Text.Json.Nodes;
using NodaTime;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Clients;
using Outpost.FieldService.Messages;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Automations;

/// <summary>One occasion on which an automation speaks.</summary>
/// <param name="Key">What makes it this occasion and no other; a visit that is moved has others.</param>
/// <param name="FiresAt">When it speaks.</param>
/// <param name="ExpiresAt">From when on it keeps silent.</param>
/// <param name="Label">For a person who looks at the plan.</param>
/// <param name="Trail">What the audit log says of it, given when it was said, or null when it could not be, and the messages.</param>
internal sealed record Occasion(
    Guid Subject, ClientId Client, string Step, string Key, DateTimeOffset FiresAt, DateTimeOffset ExpiresAt, DateTimeZone Zone, string Label, Func<AutomationId, DateTimeOffset?, object> Trail);

/// <summary>A plan of an automation: which occasions there are.</summary>
internal interface IPlan
{
    IReadOnlyList<Channel> Channels { get; }

    /// <summary>All occasions of the things that concern the time between two instants, those that have been on the same things included.</summary>
    Task<List<Occasion>> OccasionsAsync(Db db, CurrentUser company, DateTimeOffset now, DateTimeOffset until, CancellationToken ct);
}

/// <summary>What automations of one type do.</summary>
/// <param name="Name">As the log has it: <c>visit-reminder</c>.</param>
/// <param name="Every">How often it looks at least; sooner when it knows of something to say.</param>
/// <param name="Read">Understands a configuration, or refuses it.</param>
internal sealed record AutomationKind(AutomationType Type, string Name, TimeSpan Every, MessageRule Rule, Func<JsonObject, IPlan> Read)
{
    public static IReadOnlyList<AutomationKind> All { get; } = [VisitReminder.Kind, InvoiceFollowup.Kind, EstimateFollowup.Kind, ReviewRequest.Kind];

    public static AutomationKind Of(AutomationType type) => All.First(kind => kind.Type == type);
}

/// <summary>Tells when something by the clock on the wall happens. A time that the clocks skip is moved behind the gap; of one they show twice it is the first.</summary>
internal static class LocalTimes
{
    public static DateTimeZone Zone(string? name, CurrentUser company) =>
        (name is null ? null : DateTimeZoneProviders.Tzdb.GetZoneOrNull(name)) ?? DateTimeZoneProviders.Tzdb.GetZoneOrNull(company.TimeZone) ?? DateTimeZone.Utc;

    public static DateTimeOffset At(this LocalDate day, TimeOnly time, DateTimeZone zone) => day.At(NodaTime.Extensions.TimeOnlyExtensions.ToLocalTime(time)).InZoneLeniently(zone).ToDateTimeOffset().ToUniversalTime();
}
