using NodaTime;
using Outpost.FieldService.Documents;
using Outpost.Kernel;

namespace Outpost.FieldService.Demo;

internal sealed record DemoUser(Guid Id, DemoPeople.Colleague Who);

internal sealed record DemoClient(Guid Id, string Name, string? Company, string Email, string Phone, string Address, string Zip, DateTimeOffset CreatedAt);

internal sealed record DemoProperty(Guid Id, DemoClient Client, string? Name, string Address, string Zip, string? Notes)
{
    /// <summary>Somewhere in Omaha, the same every time.</summary>
    public double Latitude => Math.Round(41.215 + (Id.ToByteArray()[0] / 255d * 0.085), 5);

    public double Longitude => Math.Round(-96.06 + (Id.ToByteArray()[1] / 255d * 0.13), 5);
}

internal sealed record DemoVisit(
    Guid Id, Guid? Technician, DateTimeOffset Start, DateTimeOffset End, string Status, DateTimeOffset? ArrivedAt, DateTimeOffset? CompletedAt, string? Notes);

/// <summary>A job with its visits; <see cref="Status"/> follows from what happened to them.</summary>
internal sealed class DemoJob
{
    public required Guid Id { get; init; }
    public required DemoCatalog.Work Work { get; init; }
    public required DemoProperty Place { get; init; }
    public required string Status { get; set; }
    public required int Priority { get; init; }
    public required DateTimeOffset CreatedAt { get; set; }
    public List<DemoVisit> Visits { get; } = [];

    public DateTimeOffset UpdatedAt => Visits.Select(v => v.CompletedAt ?? v.ArrivedAt ?? CreatedAt).Append(CreatedAt).Max();
}

internal sealed record DemoEstimate(
    Guid Id, DemoClient Client, DemoProperty? Place, DemoJob? Job, Totals Totals, IReadOnlyList<Guid> LineIds, string Status, DateTimeOffset CreatedAt, DateTimeOffset? SentAt,
    DateTimeOffset? DecidedAt, DateTimeOffset ExpiresAt);

internal sealed record DemoInvoice(
    Guid Id, DemoClient Client, DemoProperty? Place, DemoJob? Job, DemoEstimate? Estimate, Totals Totals, string Status, DateTimeOffset CreatedAt, DateTimeOffset? SentAt,
    DateOnly? DueDate, DateTimeOffset? VoidedAt, string? Notes, IReadOnlyList<DemoPayment> Payments)
{
    public Money Paid => Payments.Aggregate(Money.Zero, (sum, payment) => sum + payment.Amount);
}

internal sealed record DemoPayment(Guid Id, Money Amount, string Method, DateTimeOffset ReceivedAt, string? Notes);

/// <summary>
/// Everything the demo company has, as of one moment. The same moment always gives the same company: whatever looks like chance comes from one seed.
/// </summary>
internal sealed record DemoPlan(
    IReadOnlyList<DemoUser> Users, IReadOnlyList<DemoClient> Clients, IReadOnlyList<DemoProperty> Properties, IReadOnlyList<DemoJob> Jobs, IReadOnlyList<DemoEstimate> Estimates,
    IReadOnlyList<DemoInvoice> Invoices)
{
    public DemoUser Owner => Users[0];

    public DemoUser Office => Users[1];

    public static DemoPlan Of(DateTimeOffset now, DemoScale scale)
    {
        var chance = new DemoChance();
        var calendar = new DemoCalendar(DateTimeZoneProviders.Tzdb[DemoPeople.TimeZone], now);
        List<DemoUser> users = [new(chance.Id(), DemoPeople.Owner), new(chance.Id(), DemoPeople.Office), .. DemoPeople.Technicians(scale.Technicians).Select(who => new DemoUser(chance.Id(), who))];
        var (clients, properties) = Neighborhood(scale, chance, calendar);
        var jobs = new DemoSchedule(scale, now, chance, calendar, [.. users.Skip(2)], properties).Jobs();
        var (estimates, invoices) = new DemoBooks(scale, now, chance, calendar, clients, properties).Of(jobs);
        return new(users, clients, properties, jobs, estimates, invoices);
    }

    private static (List<DemoClient>, List<DemoProperty>) Neighborhood(DemoScale scale, DemoChance chance, DemoCalendar calendar)
    {
        List<DemoClient> clients = [];
        List<DemoProperty> properties = [];
        foreach (var (name, company) in DemoPeople.Clients(scale.Clients))
        {
            var i = clients.Count;
            var client = new DemoClient(
                chance.Id(), name, company, $"{name.Replace(' ', '.').ToLowerInvariant()}@example.com", $"(402) 555-01{i % 100:00}", Address(), chance.Of(DemoPeople.Zips),
                calendar.At(calendar.Workday(-scale.Years * 420 + (i * scale.Years * 320 / scale.Clients)), chance.Between(9 * 60, 16 * 60)));
            clients.Add(client);
            properties.Add(new(chance.Id(), client, company is null ? "Home" : company, client.Address, client.Zip, chance.Once(3) ? chance.Of(DemoPeople.DoorNotes) : null));

            // A landlord has houses to let; some families look after their parents' house.
            var more = company == "Whitfield Property Group" ? 6 : company == "Fourth Street Lofts" ? 3 : chance.Once(5) ? 1 : 0;
            for (var n = 1; n <= more; n++)
            {
                properties.Add(new(chance.Id(), client, company is null ? "Parents’ house" : $"Unit {n}", Address(), chance.Of(DemoPeople.Zips), chance.Once(3) ? chance.Of(DemoPeople.DoorNotes) : null));
            }
        }

        return (clients, properties);

        string Address() => $"{chance.Between(1, 90) * 10 + chance.Between(0, 9) + 1000} {chance.Of(DemoPeople.Streets)}";
    }
}

/// <summary>Chance that is the same every time.</summary>
internal sealed class DemoChance
{
    private readonly Random _random = new(1863);

    public Guid Id()
    {
        var bytes = new byte[16];
        _random.NextBytes(bytes);
        bytes[7] = (byte)((bytes[7] & 0x0f) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return new(bytes);
    }

    public T Of<T>(IReadOnlyList<T> list) => list[_random.Next(list.Count)];

    /// <summary>Both ends are possible.</summary>
    public int Between(int least, int most) => _random.Next(least, most + 1);

    /// <summary>True once in so many times.</summary>
    public bool Once(int times) => _random.Next(times) == 0;
}
