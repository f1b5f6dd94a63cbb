using NodaTime;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Automations;
using Outpost.FieldService.Messages;
using Outpost.Testing;
using Outpost.FieldService.Tests.Worker;

namespace Outpost.FieldService.Tests.Automations;

/// <summary>West and east, with half an hour of summer time, with odd offsets, and without any.</summary>
public sealed class WhenTheClocksChange(PostgresServer postgres)
{
    [Theory]
    [InlineData("America/New_York", "2026-10-31", "2026-10-31T13:00Z")]
    [InlineData("America/New_York", "2026-11-01", "2026-11-01T14:00Z")]
    [InlineData("America/New_York", "2027-03-14", "2027-03-14T13:00Z")]
    [InlineData("Europe/Berlin", "2026-10-24", "2026-10-24T07:00Z")]
    [InlineData("Europe/Berlin", "2026-10-25", "2026-10-25T08:00Z")]
    [InlineData("Europe/Berlin", "2027-03-28", "2027-03-28T07:00Z")]
    [InlineData("Australia/Lord_Howe", "2026-10-03", "2026-10-02T22:30Z")]
    [InlineData("Australia/Lord_Howe", "2026-10-04", "2026-10-03T22:00Z")]
    [InlineData("Asia/Kathmandu", "2026-10-25", "2026-10-25T03:15Z")]
    [InlineData("Asia/Kolkata", "2027-03-28", "2027-03-28T03:30Z")]
    [InlineData("America/Phoenix", "2026-11-01", "2026-11-01T16:00Z")]
    public void Nine_in_the_morning_is_nine_on_the_wall(string zone, string day, string expected) => Assert.Equal(
        DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture),
        NodaTime.Text.LocalDatePattern.Iso.Parse(day).Value.At(new TimeOnly(9, 0), DateTimeZoneProviders.Tzdb[zone]));

    [Theory]
    // The clocks go from 2:00 to 3:00: half past two is moved behind the gap. They go from 2:00 back to 1:00: half past one is the first of the two.
    [InlineData("America/New_York", "2027-03-14", "02:30", "2027-03-14T07:30Z")]
    [InlineData("America/New_York", "2026-11-01", "01:30", "2026-11-01T05:30Z")]
    [InlineData("Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-03T15:45Z")]
    public void A_time_that_is_skipped_comes_after_the_gap_and_one_that_is_shown_twice_is_the_first(string zone, string day, string time, string expected) => Assert.Equal(
        DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture),
        NodaTime.Text.LocalDatePattern.Iso.Parse(day).Value.At(TimeOnly.Parse(time, System.Globalization.CultureInfo.InvariantCulture), DateTimeZoneProviders.Tzdb[zone]));

    [Theory]
    [InlineData("America/New_York", "2026-11-22T02:30Z", "2026-11-22T13:00Z")]
    [InlineData("America/New_York", "2026-11-22T12:59Z", "2026-11-22T13:00Z")]
    [InlineData("America/New_York", "2026-11-22T13:00Z", null)]
    [InlineData("America/New_York", "2026-11-22T01:59Z", null)]
    [InlineData("America/New_York", "2027-03-14T03:30Z", "2027-03-14T12:00Z")]
    [InlineData("Europe/Berlin", "2026-10-24T20:00Z", "2026-10-25T07:00Z")]
    [InlineData("Asia/Kathmandu", "2026-11-22T16:00Z", "2026-11-23T02:15Z")]
    public void Nobody_is_disturbed_from_nine_in_the_evening_to_eight_in_the_morning(string zone, string now, string? until) => Assert.Equal(
        until is null ? null : DateTimeOffset.Parse(until, System.Globalization.CultureInfo.InvariantCulture),
        QuietHours.EndOf(new MessageSettings { QuietFrom = "21:00", QuietTo = "08:00" }, DateTimeZoneProviders.Tzdb[zone], DateTimeOffset.Parse(now, System.Globalization.CultureInfo.InvariantCulture)));

    [Fact]
    public async Task A_preview_names_each_time_to_the_second_and_the_change_of_the_clocks()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var owner = await app.SignedInAsync();
        var client = await app.ReachableAsync();
        await app.VisitAtAsync(client, new(2027, 3, 13, 19, 0, 0, TimeSpan.Zero));
        await app.VisitAtAsync(client, new(2027, 3, 15, 18, 0, 0, TimeSpan.Zero));
        var automation = await app.AutomationAsync("visit_reminder", """{"hours_before": 24, "days_before": 1, "at": "09:00"}""");

        var preview = await (await owner.ReadAsync($"/api/v1/automations/{automation}/preview")).DataAsync();

        Assert.Equal("2027-03-21T07:00:00.000Z", (string?)preview["until"]);
        var change = Assert.Single(preview["clock_changes"]!.AsArray());
        Assert.Equal("2027-03-14T07:00:00.000Z|America/New_York", $"{change!["at"]}|{change["zone"]}");
        Assert.Equal(
            [
                "2027-03-12T14:00:00.000Z 2027-03-12T09:00:00-05:00 1d@09:00",
                "2027-03-12T19:00:00.000Z 2027-03-12T14:00:00-05:00 24h",
                "2027-03-14T13:00:00.000Z 2027-03-14T09:00:00-04:00 1d@09:00",
                "2027-03-14T18:00:00.000Z 2027-03-14T14:00:00-04:00 24h",
            ],
            preview["fire_times"]!.AsArray().Select(time => $"{time!["at"]} {time["local"]} {time["step"]}"));
    }
}
