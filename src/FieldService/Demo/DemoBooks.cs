using Outpost.FieldService.Documents;
using Outpost.Kernel;

namespace Outpost.FieldService.Demo;

/// <summary>The estimates, the invoices and the money that has come in. Most clients pay in time; some do not.</summary>
internal sealed class DemoBooks(DemoScale scale, DateTimeOffset now, DemoChance chance, DemoCalendar calendar, IReadOnlyList<DemoClient> clients, IReadOnlyList<DemoProperty> properties)
{
    private const int DaysToPay = 14;
    private const int DaysToDecide = 30;
    // Members of the maintenance plan are among the first clients.
    private const int InPlans = 200;
    private readonly List<DemoEstimate> _estimates = [];
    private readonly List<DemoInvoice> _invoices = [];
    private readonly Dictionary<DemoJob, DemoEstimate> _estimateOf = [];
    private readonly Dictionary<DemoJob, DemoInvoice> _invoiceOf = [];
    private int _check = 1042;

    public (IReadOnlyList<DemoEstimate>, IReadOnlyList<DemoInvoice>) Of(IReadOnlyList<DemoJob> jobs)
    {
        foreach (var job in jobs) Estimate(job);
        for (var i = 0; i < 13 * scale.Times; i++) Unbound(i / scale.Times);
        var drafts = 0;
        foreach (var job in jobs.Where(j => j.Status is "invoiced" or "completed"))
        {
            if (job.Status == "invoiced") Invoice(job);
            else if (drafts++ < 3) Draft(job);
        }

        foreach (var job in jobs.Where(j => j.Status == "invoiced").Where((_, i) => i % 12 == 5)) Void(job);
        Plans();
        return (_estimates, _invoices);
    }

    private void Estimate(DemoJob job)
    {
        if (job.Status == "cancelled" || !(job.Work.NeedsEstimate || job.Status == "draft")) return;

        var sent = job.CreatedAt.AddHours(20);
        if (sent > now) sent = now;
        var (status, decided) = job.Status switch
        {
            "draft" => ("draft", (DateTimeOffset?)null),
            "quoted" => ("sent", null),
            _ => ("approved", sent.AddHours(chance.Between(4, 60)) is var at && at < now ? at : now),
        };
        Add(job.Place.Client, job.Place, job, job.Work, status, job.CreatedAt, status == "draft" ? null : sent, decided);
    }

    /// <summary>What was asked for and came to nothing, or not yet to anything: no job was made for it.</summary>
    private void Unbound(int i)
    {
        var place = chance.Of(properties);
        var work = chance.Of([.. DemoCatalog.All.Where(w => w.NeedsEstimate)]);
        var (status, days) = i switch { < 6 => ("declined", -18 - (i * 6)), < 11 => ("expired", -36 - (i * 2)), _ => ("sent", -2 - (i % 2 * 5)) };
        var created = calendar.At(calendar.Workday(days), chance.Between(9 * 60, 16 * 60));
        var sent = created.AddHours(2);
        Add(place.Client, place, null, work, status, created, sent, status switch { "declined" => sent.AddDays(chance.Between(1, 9)), "expired" => sent.AddDays(DaysToDecide), _ => null });
    }

    private void Add(DemoClient client, DemoProperty place, DemoJob? job, DemoCatalog.Work work, string status, DateTimeOffset created, DateTimeOffset? sent, DateTimeOffset? decided)
    {
        var totals = Totals.Of(DemoCatalog.SalesTax, null, work.Lines);
        var estimate = new DemoEstimate(chance.Id(), client, place, job, totals, [.. totals.Lines.Select(_ => chance.Id())], status, created, sent, decided, (sent ?? created).AddDays(DaysToDecide));
        _estimates.Add(estimate);
        if (job is not null) _estimateOf[job] = estimate;
    }

    private void Invoice(DemoJob job)
    {
        var written = job.UpdatedAt.AddHours(chance.Between(1, 30));
        if (written > now) written = now;
        var totals = Totals.Of(DemoCatalog.SalesTax, null, job.Work.Lines);
        var due = calendar.DateOf(written).AddDays(DaysToPay);
        var payments = Payments(totals.Total, written, due);
        var paid = payments.Aggregate(Money.Zero, (sum, payment) => sum + payment.Amount);
        var status = paid == totals.Total ? "paid" : due < calendar.Today ? "overdue" : paid > Money.Zero ? "partial" : "sent";
        var invoice = new DemoInvoice(
            chance.Id(), job.Place.Client, job.Place, job, _estimateOf.GetValueOrDefault(job), totals, status, written.AddMinutes(-12), written, due, null,
            "Thank you for your trust. Payable by check, card or bank transfer; please name the invoice number.", payments);
        _invoices.Add(invoice);
        _invoiceOf[job] = invoice;
    }

    private List<DemoPayment> Payments(Money total, DateTimeOffset written, DateOnly due)
    {
        var late = calendar.Today.DayNumber - due.DayNumber;
        var share = chance.Between(1, 100);
        // The older an invoice, the fewer are still open.
        var (pays, half) = late switch { > 21 => (share <= 96, share <= 98), > 0 => (share <= 70, share <= 85), > -8 => (share <= 45, share <= 65), _ => (share <= 15, share <= 25) };
        if (!pays && !half) return [];

        List<DemoPayment> payments = [];
        var first = Received(written);
        if (pays && (total < new Money(900_00) || chance.Once(2))) return [Payment(total, first)];

        payments.Add(Payment(total.Split(2)[0], first));
        if (pays) payments.Add(Payment(total - payments[0].Amount, Received(first)));
        return payments;
    }

    private DateTimeOffset Received(DateTimeOffset after)
    {
        var at = after.AddHours(chance.Between(20, 24 * 9));
        return at < now ? at : after + ((now - after) / 2);
    }

    private DemoPayment Payment(Money amount, DateTimeOffset at) => chance.Between(1, 10) switch
    {
        <= 4 => new(chance.Id(), amount, "check", at, $"No. {_check++}"),
        <= 8 => new(chance.Id(), amount, "card", at, null),
        9 => new(chance.Id(), amount, "transfer", at, null),
        _ => new(chance.Id(), amount, "cash", at, "Receipt given on site"),
    };

    private void Draft(DemoJob job)
    {
        var written = job.UpdatedAt + ((now - job.UpdatedAt) / 2);
        var totals = Totals.Of(DemoCatalog.SalesTax, null, job.Work.Lines);
        _invoices.Add(new(chance.Id(), job.Place.Client, job.Place, job, _estimateOf.GetValueOrDefault(job), totals, "draft", written, null, null, null, null, []));
    }

    /// <summary>An invoice that went out wrong and was replaced. Its number stays used.</summary>
    private void Void(DemoJob job)
    {
        var right = _invoiceOf[job];
        var sent = right.CreatedAt.AddMinutes(-40);
        _invoices.Add(right with
        {
            Id = chance.Id(), Estimate = null, Status = "void", CreatedAt = sent.AddMinutes(-10), SentAt = sent, VoidedAt = right.CreatedAt.AddMinutes(-5), Payments = [], Notes = "Sent with the wrong address.",
        });
    }

    /// <summary>Members of the maintenance plan get an invoice on the first of each month; the next ones are prepared.</summary>
    private void Plans()
    {
        var totals = Totals.Of(Percent.Zero, null, DemoCatalog.Plan);
        var month = new DateOnly(calendar.Today.Year, calendar.Today.Month, 1);
        for (var back = 1; back >= 0; back--)
        {
            foreach (var client in clients.Take(InPlans).Where((_, i) => i % 4 == 0 || i == 5))
            {
                var sent = calendar.At(month.AddMonths(-back), 7 * 60);
                if (sent > now) continue;

                var due = calendar.DateOf(sent).AddDays(DaysToPay);
                var isPaid = back == 1 || !chance.Once(3);
                var received = sent.AddHours(chance.Between(1, 90));
                if (received > now) isPaid = false;
                _invoices.Add(new(
                    chance.Id(), client, null, null, null, totals, isPaid ? "paid" : due < calendar.Today ? "overdue" : "sent", sent.AddMinutes(-30), sent, due, null, null,
                    isPaid ? [new(chance.Id(), totals.Total, "card", received, null)] : []));
            }
        }

        foreach (var client in clients.Take(InPlans).Where((_, i) => i % 13 == 4))
        {
            _invoices.Add(new(chance.Id(), client, null, null, null, totals, "draft", now.AddHours(-3), null, null, null, null, []));
        }
    }
}
