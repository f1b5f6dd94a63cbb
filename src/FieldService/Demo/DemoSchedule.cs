namespace Outpost.FieldService.Demo;

/// <summary>The work that was done and two weeks ahead: which jobs there are, who goes where, and what has come of it by now.</summary>
internal sealed class DemoSchedule(DemoScale scale, DateTimeOffset now, DemoChance chance, DemoCalendar calendar, IReadOnlyList<DemoUser> technicians, IReadOnlyList<DemoProperty> properties)
{
    private readonly List<DemoJob> _jobs = [];
    private readonly Dictionary<DemoCatalog.Work, int> _times = [];
    private readonly DemoProperty[] _businesses = [.. properties.Where(p => p.Client.Company is not null)];

    public IReadOnlyList<DemoJob> Jobs()
    {
        // The days that people look at first are planned first, while everybody is still free.
        for (var i = 0; i < 8 * scale.Times; i++) Underway(i / scale.Times);
        for (var i = 0; i < 9 * scale.Times; i++) Today(isGiven: i / scale.Times != 8);
        for (var i = 0; i < 5 * scale.Times; i++) Done(calendar.Today.AddDays(-1));
        for (var i = 0; i < 4 * scale.Times; i++) Done(calendar.Workday(-2));
        for (var i = 0; i < scale.Invoiced; i++) Invoiced(-4 - (int)((long)i * scale.DaysBack / scale.Invoiced));
        for (var i = 0; i < 32 * scale.Times; i++) Ahead(1 + (i * 13 / (32 * scale.Times)));
        for (var i = 0; i < 4 * scale.Times; i++) WithoutVisit("scheduled");
        for (var i = 0; i < 6 * scale.Times; i++) WithoutVisit("draft");
        for (var i = 0; i < 8 * scale.Times; i++) WithoutVisit("quoted");
        for (var i = 0; i < 5 * scale.Times; i++) Cancelled(i / scale.Times);
        return _jobs;
    }

    private void Underway(int i)
    {
        var job = Add(Next(w => w.Visits.Length > 1 || w.Visits[0] >= 180), -9);
        Visit(job, calendar.Workday(-1 - (i % 2)), job.Work.Visits[0], mustBe: i % 2 == 0 ? calendar.Today.AddDays(-1) : null);
        // Half of them go on today and come to an end in the days after.
        if (i < 4) Visit(job, calendar.Today, 120, mustBe: calendar.Today);
        Visit(job, calendar.Workday(1 + i), 120);
        Settle(job);
    }

    private void Today(bool isGiven)
    {
        var job = Add(Next(w => w.Visits is [<= 150]), -3);
        if (isGiven) Visit(job, calendar.Today, job.Work.Visits[0], mustBe: calendar.Today);
        else job.Visits.Add(new(chance.Id(), null, calendar.At(calendar.Today, 15 * 60), calendar.At(calendar.Today, (16 * 60) + 30), "scheduled", null, null, null));
        Settle(job);
    }

    private void Done(DateOnly day)
    {
        var job = Add(Next(w => w.Visits is [<= 240]), -8);
        Visit(job, day, job.Work.Visits[0], mustBe: day);
        Settle(job);
    }

    private void Invoiced(int days)
    {
        var job = Add(Next(_ => true), days - chance.Between(4, 12));
        foreach (var minutes in job.Work.Visits) Visit(job, calendar.Workday(days), minutes);
        // Sometimes the first look is only a look.
        if (job.Work.Visits.Length == 1 && chance.Once(scale.LooksFirst)) Visit(job, calendar.Workday(days - 2), 60);
        Settle(job);
        job.Status = "invoiced";
    }

    private void Ahead(int days)
    {
        var job = Add(Next(_ => true), -chance.Between(2, 10));
        foreach (var minutes in job.Work.Visits) Visit(job, calendar.Workday(days), minutes);
        if (job.Work.Visits.Length == 1 && !chance.Once(3)) Visit(job, calendar.Workday(days + 1), 60);
        Settle(job);
    }

    private void WithoutVisit(string status)
    {
        var job = Add(Next(w => status != "quoted" || w.NeedsEstimate), -chance.Between(1, 11));
        job.Status = status;
    }

    private void Cancelled(int i)
    {
        var job = Add(Next(_ => true), -20 - i);
        if (i < 3 && Slot(job, calendar.Workday(-12 + i), 60) is var (technician, start, end))
            job.Visits.Add(new(chance.Id(), technician, start, end, "cancelled", null, null, "Client called it off."));
        job.Status = "cancelled";
    }

    private DemoJob Add(DemoCatalog.Work work, int createdDays)
    {
        // Most of the work is for few: every third job goes to a business.
        var place = chance.Once(3) ? chance.Of(_businesses) : chance.Of(properties);
        var job = new DemoJob
        {
            Id = chance.Id(),
            Work = work,
            Place = place,
            Status = "scheduled",
            Priority = work.Priority,
            CreatedAt = calendar.At(calendar.Workday(createdDays), chance.Between(8 * 60, 17 * 60)),
        };
        _jobs.Add(job);
        return job;
    }

    /// <summary>What has come least often so far.</summary>
    private DemoCatalog.Work Next(Func<DemoCatalog.Work, bool> fits)
    {
        var work = DemoCatalog.All.Where(fits).MinBy(w => (_times.GetValueOrDefault(w), chance.Between(0, 99)))!;
        _times[work] = _times.GetValueOrDefault(work) + 1;
        return work;
    }

    private void Visit(DemoJob job, DateOnly day, int minutes, DateOnly? mustBe = null)
    {
        var (technician, start, end) = Slot(job, mustBe ?? day, minutes) ?? throw new InvalidOperationException($"Nobody of the demo company has {minutes} minutes around {day}.");
        job.Visits.Add(Happened(job, technician, start, end));
    }

    /// <summary>Whoever knows the trade and has time, else anybody, else another day further away from today.</summary>
    private (Guid Technician, DateTimeOffset Start, DateTimeOffset End)? Slot(DemoJob job, DateOnly day, int minutes)
    {
        for (var i = 0; i < 20; i++)
        {
            foreach (var known in (bool[])[true, false])
            {
                foreach (var (technician, n) in technicians.Select((t, n) => (t, n)).Where(t => t.t.Who.Trades.Contains(job.Work.Trade) == known).OrderBy(t => calendar.Booked(t.n, day)))
                {
                    if (calendar.Book(n, day, minutes) is var (start, end)) return (technician.Id, start, end);
                }
            }

            day = calendar.Workday(day.DayNumber - calendar.Today.DayNumber + (day < calendar.Today ? -1 : 1));
        }

        return null;
    }

    /// <summary>What time has made of a visit by now.</summary>
    private DemoVisit Happened(DemoJob job, Guid technician, DateTimeOffset start, DateTimeOffset end)
    {
        var arrived = start.AddMinutes(chance.Between(-4, 6));
        var finished = end.AddMinutes(chance.Between(-15, 4));
        var status = finished <= now ? "completed" : arrived <= now ? "in_progress" : "scheduled";
        return new(
            chance.Id(), technician, start, end, status, status == "scheduled" ? null : arrived, status == "completed" ? finished : null,
            status == "completed" ? job.Work.Found : null);
    }

    private static void Settle(DemoJob job)
    {
        job.Visits.Sort((a, b) => a.Start.CompareTo(b.Start));
        // A full day may have pushed the first visit back before the call.
        var latest = job.Visits[0].Start.AddHours(-22);
        if (job.CreatedAt > latest) job.CreatedAt = latest;
        job.Status = job.Visits.TrueForAll(v => v.Status == "completed") ? "completed" : job.Visits.Exists(v => v.Status is "completed" or "in_progress") ? "in_progress" : "scheduled";
    }
}
