using System.Globalization;
using Outpost.FieldService.Schedule;

namespace Outpost.FieldService.Tests.Schedule;

public sealed class TheWorkingWeek
{
    [Theory]
    // Eight hours by the clock are seven, nine or eight and a half on the night on which it changes; Sunday is 7.
    [InlineData("America/New_York", "2026-03-08", 7, "00:00-08:00", 7)]
    [InlineData("America/New_York", "2026-11-01", 7, "00:00-08:00", 9)]
    [InlineData("America/New_York", "2026-11-01", 7, "00:00-24:00", 25)]
    [InlineData("Europe/Berlin", "2026-03-29", 7, "00:00-08:00", 7)]
    [InlineData("Europe/Berlin", "2026-10-25", 7, "02:30-03:30", 2)]
    [InlineData("Australia/Lord_Howe", "2026-04-05", 7, "00:00-08:00", 8.5)]
    [InlineData("Australia/Lord_Howe", "2026-10-04", 7, "00:00-08:00", 7.5)]
    [InlineData("America/Phoenix", "2026-03-08", 7, "00:00-08:00", 8)]
    [InlineData("Asia/Kathmandu", "2026-03-08", 7, "00:00-08:00", 8)]
    // A Friday that never was has no working time.
    [InlineData("Pacific/Apia", "2011-12-30", 5, "08:00-17:00", 0)]
    public void Is_as_long_as_the_clock_runs(string id, string date, int weekday, string hours, double expected)
    {
        var zone = SiteTime.Zone(id);
        var day = DateOnly.Parse(date, CultureInfo.InvariantCulture);
        var week = new WorkWeek(zone, [Span(weekday, hours)]);

        // Two days around it as well: nothing of the day may turn up on another.
        Assert.Equal(expected, week.Within(SiteTime.Day(day.AddDays(-2), zone).From, SiteTime.Day(day.AddDays(2), zone).To).Sum(span => span.Length.TotalHours));
    }

    [Fact]
    public void A_break_is_no_working_time_and_hours_that_meet_are_one()
    {
        var zone = SiteTime.Zone("Europe/Berlin");
        var week = new WorkWeek(zone, [Span(1, "08:00-12:00"), Span(1, "12:30-17:00"), Span(2, "22:00-24:00"), Span(3, "00:00-06:00")]);

        Assert.True(week.Covers(At("2026-11-23T08:00Z"), At("2026-11-23T11:00Z")));
        Assert.False(week.Covers(At("2026-11-23T10:00Z"), At("2026-11-23T12:00Z")));
        Assert.False(week.Covers(At("2026-11-23T15:00Z"), At("2026-11-23T16:01Z")));
        Assert.True(week.Covers(At("2026-11-24T21:00Z"), At("2026-11-25T05:00Z")));
        Assert.False(new WorkWeek(zone, []).Covers(At("2026-11-23T08:00Z"), At("2026-11-23T11:00Z")));
    }

    [Fact]
    public void What_is_taken_is_left_out_whatever_its_order()
    {
        Stretch Of(int from, int to) => new(DateTimeOffset.UnixEpoch.AddHours(from), DateTimeOffset.UnixEpoch.AddHours(to));

        Assert.Equal([Of(9, 10), Of(12, 13), Of(16, 17), Of(20, 21)],
            Stretch.Without([Of(8, 13), Of(14, 17), Of(20, 21)], [Of(13, 16), Of(11, 12), Of(10, 12), Of(7, 9), Of(10, 11), Of(17, 20)]));
    }

    private static Hours Span(int weekday, string hours) => new(weekday, StatedHours.Minute(hours[..5])!.Value, StatedHours.Minute(hours[6..])!.Value);

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
