using System.Globalization;
using NodaTime;
using NodaTime.Text;
using Outpost.FieldService.Schedule;
using Outpost.Kernel;

namespace Outpost.FieldService.Tests.Schedule;

public sealed class TheClockOfASite
{
    [Theory]
    // An ordinary day.
    [InlineData("America/New_York", "2026-11-23T09:00:00", "2026-11-23T14:00:00Z")]
    [InlineData("Asia/Kathmandu", "2026-11-23T09:00:00", "2026-11-23T03:15:00Z")]
    // A time that does not exist moves on by the gap.
    [InlineData("America/New_York", "2026-03-08T02:30:00", "2026-03-08T07:30:00Z")]
    [InlineData("Europe/Berlin", "2026-03-29T02:00:00", "2026-03-29T01:00:00Z")]
    [InlineData("Australia/Lord_Howe", "2026-10-04T02:10:00", "2026-10-03T15:40:00Z")]
    [InlineData("Pacific/Apia", "2011-12-30T09:00:00", "2011-12-30T19:00:00Z")]
    // A time that exists twice is the first.
    [InlineData("America/New_York", "2026-11-01T01:30:00", "2026-11-01T05:30:00Z")]
    [InlineData("Europe/Berlin", "2026-10-25T02:30:00", "2026-10-25T00:30:00Z")]
    [InlineData("Australia/Lord_Howe", "2026-04-05T01:45:00", "2026-04-04T14:45:00Z")]
    // No clock changes here on the night on which they change in the rest of the country.
    [InlineData("America/Phoenix", "2026-03-08T02:30:00", "2026-03-08T09:30:00Z")]
    [InlineData("America/Phoenix", "2026-11-01T01:30:00", "2026-11-01T08:30:00Z")]
    public void A_local_time_is_one_moment(string zone, string local, string expected) =>
        Assert.Equal(DateTimeOffset.Parse(expected, CultureInfo.InvariantCulture), SiteTime.At(LocalDateTimePattern.GeneralIso.Parse(local).Value, SiteTime.Zone(zone)));

    [Theory]
    [InlineData("America/New_York", "2026-03-08", 23)]
    [InlineData("America/New_York", "2026-11-01", 25)]
    [InlineData("Europe/Berlin", "2026-03-29", 23)]
    [InlineData("Europe/Berlin", "2026-10-25", 25)]
    [InlineData("Australia/Lord_Howe", "2026-10-04", 23.5)]
    [InlineData("Australia/Lord_Howe", "2026-04-05", 24.5)]
    [InlineData("Asia/Kathmandu", "2026-03-29", 24)]
    [InlineData("America/Phoenix", "2026-03-08", 24)]
    [InlineData("Pacific/Apia", "2011-12-29", 24)]
    [InlineData("Pacific/Apia", "2011-12-30", 0)]
    [InlineData("Pacific/Apia", "2011-12-31", 24)]
    public void A_day_is_as_long_as_its_clock_runs(string zone, string date, double hours)
    {
        var (from, to) = SiteTime.Day(DateOnly.Parse(date, CultureInfo.InvariantCulture), SiteTime.Zone(zone));
        Assert.Equal(hours, (to - from).TotalHours);
    }

    [Theory]
    [InlineData("America/New_York")]
    [InlineData("Europe/Berlin")]
    [InlineData("Australia/Lord_Howe")]
    [InlineData("Asia/Kathmandu")]
    [InlineData("Pacific/Apia")]
    public void Days_follow_each_other_without_a_hole(string id)
    {
        var zone = SiteTime.Zone(id);
        for (var day = new LocalDate(2011, 1, 1); day.Year < 2013; day = day.PlusDays(1)) Assert.Equal(SiteTime.Day(day, zone).To, SiteTime.Day(day.PlusDays(1), zone).From);
    }

    [Theory]
    [InlineData("Mars/Olympus")]
    [InlineData("UTC+05:30")]
    [InlineData("america/new_york")]
    [InlineData("")]
    public void What_is_no_zone_of_the_database_is_refused(string id)
    {
        var refusal = Assert.Throws<RuleException>(() => SiteTime.Zone(id));
        Assert.Equal(("VALIDATION_ERROR", "time_zone"), (refusal.Code, refusal.Field));
    }
}
