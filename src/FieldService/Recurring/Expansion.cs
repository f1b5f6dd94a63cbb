using NodaTime;

namespace Outpost.FieldService.Recurring;

/// <summary>
/// Which days a rule means. Period after period (day, week, month or year, each <c>INTERVAL</c>-th of them) takes the days that the rule names, then the
/// positions that <c>BYSETPOS</c> asks for. A date that does not exist, February 30, is never looked at: it is left out and not moved. The first day is only
/// where it begins; it is one of the days when the rule names it.
/// </summary>
internal static class Expansion
{
    /// <summary>Nothing is planned beyond this day, so that a rule which names no day comes to an end.</summary>
    public static readonly LocalDate LastDay = new(2299, 12, 31);

    /// <summary>The days from <paramref name="from"/> through <paramref name="to"/>, in order; the same ones whether asked for in one go or piece by piece.</summary>
    public static IEnumerable<LocalDate> Days(RecurrenceRule rule, LocalDate start, LocalDate from, LocalDate to)
    {
        to = LocalDate.Min(to, LastDay);
        // What is counted is counted from the first; everything else may begin where it is asked for, in step with the first.
        var period = FirstPeriod(rule, start);
        if (rule.Count is null && from > start) period = Later(rule, period, PeriodsBetween(rule, period, from) / rule.Interval);

        var left = rule.Count ?? int.MaxValue;
        for (; period <= to; period = Later(rule, period, 1))
        {
            foreach (var day in InPeriod(rule, start, period))
            {
                if (day < start) continue;
                if (day > to || left-- == 0) yield break;
                if (day >= from) yield return day;
            }

            if (left <= 0) yield break;
        }
    }

    private static IEnumerable<LocalDate> InPeriod(RecurrenceRule rule, LocalDate start, LocalDate first)
    {
        var next = Next(rule, first, 1);
        var named = new List<LocalDate>();
        for (var day = first; day < next; day = day.PlusDays(1))
        {
            if (rule.Names(day, start)) named.Add(day);
        }

        return rule.BySetPos.Count == 0 ? named : named.Where((_, i) => rule.BySetPos.Any(wanted => i == (wanted > 0 ? wanted - 1 : named.Count + wanted)));
    }

    private static LocalDate FirstPeriod(RecurrenceRule rule, LocalDate start) => rule.Frequency switch
    {
        Frequency.Daily => start,
        Frequency.Weekly => start.PlusDays(-(((int)start.DayOfWeek - (int)rule.WeekStart + 7) % 7)),
        Frequency.Monthly => new(start.Year, start.Month, 1),
        Frequency.Yearly => new(start.Year, 1, 1),
    };

    private static int PeriodsBetween(RecurrenceRule rule, LocalDate first, LocalDate day) => rule.Frequency switch
    {
        Frequency.Daily => Period.DaysBetween(first, day),
        Frequency.Weekly => Period.DaysBetween(first, day) / 7,
        Frequency.Monthly => ((day.Year - first.Year) * 12) + day.Month - first.Month,
        Frequency.Yearly => day.Year - first.Year,
    };

    private static LocalDate Later(RecurrenceRule rule, LocalDate period, int times) => Next(rule, period, times * rule.Interval);

    private static LocalDate Next(RecurrenceRule rule, LocalDate period, int number) => rule.Frequency switch
    {
        Frequency.Daily => period.PlusDays(number),
        Frequency.Weekly => period.PlusWeeks(number),
        Frequency.Monthly => period.PlusMonths(number),
        Frequency.Yearly => period.PlusYears(number),
    };
}
