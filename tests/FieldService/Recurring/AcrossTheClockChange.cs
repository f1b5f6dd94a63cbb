using System.Globalization;
using NodaTime;
using Outpost.FieldService.Recurring;
using Outpost.FieldService.Schedule;

namespace Outpost.FieldService.Tests.Recurring;

public sealed class AcrossTheClockChange
{
    [Theory]
    // Weekly at nine in the morning over a whole year: nine on the wall every time, while the moment follows the site's clock.
    [InlineData("America/New_York", "14:00 13:00")]
    [InlineData("Europe/Berlin", "08:00 07:00")]
    [InlineData("Australia/Lord_Howe", "22:30 22:00")]
    [InlineData("Asia/Kathmandu", "03:15")]
    [InlineData("America/Phoenix", "16:00")]
    public void Nine_in_the_morning_stays_nine_in_the_morning(string zone, string moments)
    {
        var year = At("2026-01-05T09:00", zone, "FREQ=WEEKLY").All().Take(52).ToList();

        Assert.All(year, occurrence => Assert.Equal((9, 0), (occurrence.OnTheWall.Local.Hour, occurrence.OnTheWall.Local.Minute)));
        Assert.All(year, occurrence => Assert.Equal(occurrence.Local, occurrence.OnTheWall));
        Assert.Equal(moments.Split(' ').Order(), year.Select(o => o.At.UtcDateTime.ToString("HH:mm", CultureInfo.InvariantCulture)).Distinct().Order());
    }

    [Theory]
    // A time that clocks skip moves on by as much as they do; nobody's visit falls into the gap.
    [InlineData("America/New_York", "2026-03-07T02:30", "2026-03-07T02:30-05:00 2026-03-08T03:30-04:00! 2026-03-09T02:30-04:00")]
    [InlineData("Europe/Berlin", "2026-03-28T02:30", "2026-03-28T02:30+01:00 2026-03-29T03:30+02:00! 2026-03-30T02:30+02:00")]
    [InlineData("Australia/Lord_Howe", "2026-10-03T02:15", "2026-10-03T02:15+10:30 2026-10-04T02:45+11:00! 2026-10-05T02:15+11:00")]
    // One that comes twice is the first.
    [InlineData("America/New_York", "2026-10-31T01:30", "2026-10-31T01:30-04:00 2026-11-01T01:30-04:00? 2026-11-02T01:30-05:00")]
    [InlineData("Europe/Berlin", "2026-10-24T02:30", "2026-10-24T02:30+02:00 2026-10-25T02:30+02:00? 2026-10-26T02:30+01:00")]
    [InlineData("Australia/Lord_Howe", "2026-04-04T01:45", "2026-04-04T01:45+11:00 2026-04-05T01:45+11:00? 2026-04-06T01:45+10:30")]
    [InlineData("Asia/Kathmandu", "2026-03-28T02:30", "2026-03-28T02:30+05:45 2026-03-29T02:30+05:45 2026-03-30T02:30+05:45")]
    [InlineData("America/Phoenix", "2026-03-07T02:30", "2026-03-07T02:30-07:00 2026-03-08T02:30-07:00 2026-03-09T02:30-07:00")]
    // A day that the zone skipped.
    [InlineData("Pacific/Apia", "2011-12-29T09:00", "2011-12-29T09:00-10:00 2011-12-31T09:00+14:00! 2011-12-31T09:00+14:00")]
    public void Each_day_comes_once(string zone, string start, string expected) => Assert.Equal(expected, string.Join(' ', At(start, zone, "FREQ=DAILY;COUNT=3").All().Select(Written)));

    [Theory]
    [InlineData("America/New_York", "2026-10-28T09:00", "2026-11-04T14:00:00Z")]
    [InlineData("Europe/Berlin", "2026-10-21T09:00", "2026-10-28T08:00:00Z")]
    public void The_last_moment_of_a_rule_is_one_in_utc_when_it_is_written_so(string zone, string start, string last)
    {
        var until = DateTimeOffset.Parse(last, CultureInfo.InvariantCulture);
        var exact = $"FREQ=WEEKLY;UNTIL={until.UtcDateTime:yyyyMMdd'T'HHmmss}Z";
        var before = $"FREQ=WEEKLY;UNTIL={until.AddSeconds(-1).UtcDateTime:yyyyMMdd'T'HHmmss}Z";

        Assert.Equal(until, At(start, zone, exact).All().Last().At);
        Assert.Equal(Wall(start), At(start, zone, before).All().Single().Local);
    }

    [Fact]
    public void Asked_from_any_moment_it_goes_on_where_it_was()
    {
        foreach (var zone in new[] { "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Phoenix" })
        {
            var recurrence = At("2026-01-01T02:15", zone, "FREQ=DAILY");
            var whole = recurrence.All().Take(400).ToList();
            for (var i = 0; i < 400; i += 7)
            {
                Assert.Equal(whole[i], recurrence.From(whole[i].At).First());
                Assert.Equal(whole[i], recurrence.From(whole[i].At.AddMinutes(-1)).First());
                if (i < 399) Assert.Equal(whole[i + 1], recurrence.From(whole[i].At.AddTicks(1)).First());
            }
        }
    }

    [Fact]
    public void What_is_left_out_is_named_by_what_the_rule_says_and_still_counts()
    {
        var recurrence = At("2026-03-07T02:30", "America/New_York", "FREQ=DAILY;COUNT=3") with { LeftOut = [Wall("2026-03-08T02:30")] };

        Assert.Equal(["2026-03-07T02:30", "2026-03-09T02:30"], recurrence.All().Select(o => o.Local.ToString()));
        Assert.False(recurrence.Has(Wall("2026-03-08T02:30")));
        Assert.True(recurrence.Has(Wall("2026-03-09T02:30")));
        Assert.False(recurrence.Has(Wall("2026-03-09T02:31")));
    }

    private static Recurrence At(string start, string zone, string rule) => new(Wall(start), SiteTime.Zone(zone), RuleText.Read(rule), []);

    private static WallTime Wall(string text) => WallTime.TryParse(text, out var time) ? time : throw new FormatException(text);

    private static string Written(Occurrence occurrence) =>
        occurrence.OnTheWall + occurrence.At.ToString("zzz", CultureInfo.InvariantCulture) + occurrence.ClockChange switch { ClockChange.Skipped => "!", ClockChange.Repeated => "?", null => "" };
}
