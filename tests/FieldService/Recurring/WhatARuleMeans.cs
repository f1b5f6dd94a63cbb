using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using NodaTime;
using NodaTime.Text;
using Outpost.FieldService.Recurring;
using Outpost.Kernel;

namespace Outpost.FieldService.Tests.Recurring;

public sealed class WhatARuleMeans
{
    private static readonly LocalDatePattern Compact = LocalDatePattern.CreateWithInvariantCulture("uuuuMMdd");

    [Theory]
    // The examples of RFC 5545, section 3.8.5.3, that a rule without times of day can give.
    [InlineData("19970902", "FREQ=DAILY;INTERVAL=10;COUNT=5", "19970902 19970912 19970922 19971002 19971012")]
    [InlineData("19970902", "FREQ=WEEKLY;INTERVAL=2;WKST=SU", "19970902 19970916 19970930 19971014 19971028 19971111")]
    [InlineData("19970902", "FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH", "19970902 19970904 19970909 19970911 19970916 19970918 19970923 19970925 19970930 19971002")]
    [InlineData("19970902", "FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH", "19970902 19970904 19970916 19970918 19970930 19971002 19971014 19971016")]
    [InlineData("19970905", "FREQ=MONTHLY;COUNT=10;BYDAY=1FR", "19970905 19971003 19971107 19971205 19980102 19980206 19980306 19980403 19980501 19980605")]
    [InlineData("19970905", "FREQ=MONTHLY;UNTIL=19971224T000000;BYDAY=1FR", "19970905 19971003 19971107 19971205")]
    [InlineData("19970907", "FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU", "19970907 19970928 19971102 19971130 19980104 19980125 19980301 19980329 19980503 19980531")]
    [InlineData("19970922", "FREQ=MONTHLY;COUNT=6;BYDAY=-2MO", "19970922 19971020 19971117 19971222 19980119 19980216")]
    [InlineData("19970928", "FREQ=MONTHLY;BYMONTHDAY=-3", "19970928 19971029 19971128 19971229 19980129 19980226")]
    [InlineData("19970902", "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15", "19970902 19970915 19971002 19971015 19971102 19971115 19971202 19971215 19980102 19980115")]
    [InlineData("19970930", "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1", "19970930 19971001 19971031 19971101 19971130 19971201 19971231 19980101 19980131 19980201")]
    [InlineData("19970910", "FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15", "19970910 19970911 19970912 19970913 19970914 19970915 19990310 19990311 19990312 19990313")]
    [InlineData("19970610", "FREQ=YEARLY;COUNT=10;BYMONTH=6,7", "19970610 19970710 19980610 19980710 19990610 19990710 20000610 20000710 20010610 20010710")]
    [InlineData("19970310", "FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3", "19970310 19990110 19990210 19990310 20010110 20010210 20010310 20030110 20030210 20030310")]
    [InlineData("19970519", "FREQ=YEARLY;BYDAY=20MO", "19970519 19980518 19990517")]
    [InlineData("19970313", "FREQ=YEARLY;BYMONTH=3;BYDAY=TH", "19970313 19970320 19970327 19980305 19980312 19980319 19980326 19990304 19990311 19990318 19990325")]
    [InlineData("19970902", "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "19980213 19980313 19981113 19990813 20001013")]
    [InlineData("19970913", "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13", "19970913 19971011 19971108 19971213 19980110 19980207 19980307 19980411 19980509 19980613")]
    [InlineData("19961105", "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8", "19961105 20001107 20041102")]
    [InlineData("19970904", "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", "19970904 19971007 19971106")]
    [InlineData("19970929", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2", "19970929 19971030 19971127 19971230 19980129 19980226 19980330")]
    [InlineData("19970805", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", "19970805 19970810 19970819 19970824")]
    [InlineData("19970805", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", "19970805 19970817 19970819 19970831")]
    [InlineData("20070115", "FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5", "20070115 20070130 20070215 20070315 20070330")]
    // A date that does not exist is left out and not moved.
    [InlineData("20260131", "FREQ=MONTHLY;COUNT=4", "20260131 20260331 20260531 20260731")]
    [InlineData("20240229", "FREQ=YEARLY;COUNT=3", "20240229 20280229 20320229")]
    [InlineData("20260131", "RRULE:freq=monthly;bymonthday=-1;count=4", "20260131 20260228 20260331 20260430")]
    // The last day counts; the first is one of them only when the rule names it.
    [InlineData("20260105", "FREQ=WEEKLY;UNTIL=20260119", "20260105 20260112 20260119")]
    [InlineData("20260106", "FREQ=WEEKLY;BYDAY=MO;COUNT=2", "20260112 20260119")]
    public void Its_days_are_those_of_the_standard(string start, string rule, string days)
    {
        var expected = days.Split(' ');

        Assert.Equal(expected, Days(start, rule).Take(expected.Length));
        if (rule.Contains("COUNT", StringComparison.OrdinalIgnoreCase) || rule.Contains("UNTIL", StringComparison.Ordinal)) Assert.True(Days(start, rule).Count() <= 10);
    }

    /// <summary>Each line is a first day, a rule, and what another implementation (python-dateutil) makes of it: ten days, or all until 2045.</summary>
    [Fact]
    public void Three_hundred_rules_mean_what_they_mean_elsewhere()
    {
        var lines = File.ReadAllLines(Path.Combine(StateDrawing.Root(), "tests", "FieldService", "Recurring", "rules.txt"));

        var differing = lines.Select(line => line.Split(' ')).Where(parts =>
        {
            var ours = Days(parts[0], parts[1]).TakeWhile(day => string.CompareOrdinal(day, "20460101") < 0).Take(10);
            return parts[2] != (string.Join(',', ours) is { Length: > 0 } found ? found : "-");
        }).Select(parts => $"{parts[0]} {parts[1]}");

        Assert.Equal(300, lines.Length);
        Assert.Equal([], differing);
    }

    [Fact]
    public void In_pieces_it_is_what_it_is_in_one_go() => Prop.ForAll(Rules(), Gen.Choose(1, 400).ArrayOf(4).ToArbitrary(), (plan, lengths) =>
    {
        var (rule, start) = plan;
        var to = start.PlusDays(lengths.Sum() - 1);
        var pieces = new List<LocalDate>();
        var at = start;
        foreach (var length in lengths)
        {
            pieces.AddRange(Expansion.Days(rule, start, at, at.PlusDays(length - 1)));
            at = at.PlusDays(length);
        }

        return pieces.SequenceEqual(Expansion.Days(rule, start, start, to));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Every_day_obeys_each_part_of_the_rule_and_they_come_in_order() => Prop.ForAll(Rules(), plan =>
    {
        var (rule, start) = plan;
        var days = Expansion.Days(rule, start, start, start.PlusYears(12)).Take(60).ToList();
        return days.All(day => day >= start && Obeys(rule, day))
               && days.Zip(days.Skip(1)).All(pair => pair.First < pair.Second)
               && (rule.Count is not { } count || days.Count <= count);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Every_day_that_obeys_a_daily_rule_is_one_of_its_days() => Prop.ForAll(Rules(), plan =>
    {
        var (rule, start) = plan;
        rule = rule with { Frequency = Frequency.Daily, Count = null, BySetPos = [], ByDay = [.. rule.ByDay.Select(day => day with { Nth = 0 })] };
        var every = Enumerable.Range(0, 500).Where(i => i % rule.Interval == 0).Select(start.PlusDays).Where(day => Obeys(rule, day));
        return every.SequenceEqual(Expansion.Days(rule, start, start, start.PlusDays(499)));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Written_down_and_read_again_it_is_the_same_rule() =>
        Prop.ForAll(Rules(), plan => RuleText.Write(RuleText.Read(plan.Rule.ToString())) == plan.Rule.ToString()).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("")]
    [InlineData("weekly")]
    [InlineData("INTERVAL=2")]
    [InlineData("FREQ=HOURLY")]
    [InlineData("FREQ=WEEKLY;FREQ=DAILY")]
    [InlineData("FREQ=WEEKLY;INTERVAL=0")]
    [InlineData("FREQ=WEEKLY;INTERVAL=99999999999")]
    [InlineData("FREQ=WEEKLY;COUNT=-1")]
    [InlineData("FREQ=WEEKLY;COUNT=3;UNTIL=20270101")]
    [InlineData("FREQ=WEEKLY;UNTIL=tomorrow")]
    [InlineData("FREQ=WEEKLY;UNTIL=20260230")]
    [InlineData("FREQ=WEEKLY;BYDAY=1MO")]
    [InlineData("FREQ=WEEKLY;BYDAY=XX")]
    [InlineData("FREQ=MONTHLY;BYDAY=0MO")]
    [InlineData("FREQ=WEEKLY;BYMONTHDAY=1")]
    [InlineData("FREQ=MONTHLY;BYMONTHDAY=32")]
    [InlineData("FREQ=MONTHLY;BYMONTHDAY=0")]
    [InlineData("FREQ=YEARLY;BYMONTH=13")]
    [InlineData("FREQ=MONTHLY;BYSETPOS=1")]
    [InlineData("FREQ=DAILY;BYHOUR=9")]
    [InlineData("FREQ=YEARLY;BYWEEKNO=20")]
    [InlineData("FREQ=WEEKLY;;=MO")]
    public void What_is_not_understood_is_refused(string rule)
    {
        var refusal = Assert.Throws<RuleException>(() => RuleText.Read(rule));
        Assert.Equal(("VALIDATION_ERROR", "rrule"), (refusal.Code, refusal.Field));
    }

    [Fact]
    public void A_rule_that_names_no_day_comes_to_an_end() => Assert.Empty(Days("20260101", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"));

    private static IEnumerable<string> Days(string start, string rule)
    {
        var from = Compact.Parse(start).Value.At(new LocalTime(9, 0));
        return new Recurrence(new(from), DateTimeZone.Utc, RuleText.Read(rule), []).All().Select(occurrence => Compact.Format(occurrence.Local.Local.Date));
    }

    // Said once more, each part by itself: what BYDAY, BYMONTHDAY and BYMONTH let through.
    private static bool Obeys(RecurrenceRule rule, LocalDate day)
    {
        var inMonth = Enumerable.Range(1, CalendarSystem.Iso.GetDaysInMonth(day.Year, day.Month)).Select(d => new LocalDate(day.Year, day.Month, d)).ToList();
        var span = rule.Frequency is Frequency.Yearly && rule.ByMonth.Count == 0
            ? [.. Enumerable.Range(0, CalendarSystem.Iso.GetDaysInYear(day.Year)).Select(new LocalDate(day.Year, 1, 1).PlusDays)]
            : inMonth;
        return (rule.ByMonth.Count == 0 || rule.ByMonth.Contains(day.Month))
               && (rule.ByMonthDay.Count == 0 || rule.ByMonthDay.Any(d => inMonth.ElementAtOrDefault(d > 0 ? d - 1 : inMonth.Count + d) == day))
               && (rule.ByDay.Count == 0 || rule.ByDay.Any(wanted =>
               {
                   var such = span.Where(d => d.DayOfWeek == wanted.Day).ToList();
                   return wanted.Nth == 0 ? day.DayOfWeek == wanted.Day : such.ElementAtOrDefault(wanted.Nth > 0 ? wanted.Nth - 1 : such.Count + wanted.Nth) == day;
               }));
    }

    private static Arbitrary<(RecurrenceRule Rule, LocalDate Start)> Rules() =>
        (from frequency in Gen.Elements(Enum.GetValues<Frequency>())
         from interval in Gen.Choose(1, 5)
         from count in Gen.OneOf(Gen.Constant<int?>(null), Gen.Choose(1, 30).Select(n => (int?)n))
         from byDay in Some(from nth in Gen.Elements(0, 0, 1, 2, 3, -1, -2) from day in Gen.Elements(Enum.GetValues<IsoDayOfWeek>()[1..]) select new NthDay(nth, day))
         from byMonthDay in Some(Gen.Elements(1, 2, 13, 28, 29, 30, 31, -1, -2, -31))
         from byMonth in Some(Gen.Choose(1, 12))
         from positions in Some(Gen.Elements(1, 2, -1, -2))
         from first in Gen.Elements(Enum.GetValues<IsoDayOfWeek>()[1..])
         from day in Gen.Choose(0, 2000)
         let numbered = frequency is Frequency.Monthly or Frequency.Yearly
         let days = byDay.Select(d => numbered ? d : d with { Nth = 0 }).Distinct().ToArray()
         let monthDays = frequency is Frequency.Weekly ? [] : byMonthDay
         let setPos = days.Length + monthDays.Length + byMonth.Length > 0 ? positions : []
         select (new RecurrenceRule(frequency, interval, count, null, days, monthDays, byMonth, setPos, first), new LocalDate(2024, 1, 1).PlusDays(day))).ToArbitrary();

    private static Gen<T[]> Some<T>(Gen<T> of) => Gen.OneOf(Gen.Constant(Array.Empty<T>()), Gen.Choose(1, 3).SelectMany(n => of.ArrayOf(n)).Select(items => items.Distinct().ToArray()));
}
