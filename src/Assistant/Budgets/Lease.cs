using Outpost.Assistant.Catalogue;

namespace Outpost.Assistant.Budgets;

/// <summary>
/// A part of the budget that the database has given to this process ahead, for the requests of one key. A hold that fits is taken out of it in memory; the
/// database counts all of it as held until the requests stand there with their own rows.
/// </summary>
internal sealed class Lease(Guid id, Guid? key)
{
    public Guid Id => id;

    /// <summary>Null for the requests of people.</summary>
    public Guid? Key => key;

    /// <summary>All that it was ever given, as far as the database has confirmed it, in nano-dollars.</summary>
    public long Total { get; set; }

    /// <summary>All that requests have ever taken out of it; never above <see cref="Total"/>.</summary>
    public long Drawn { get; set; }

    /// <summary>So many of those requests are not written down yet.</summary>
    public int Unwritten { get; set; }

    /// <summary>What one request may cost.</summary>
    public Spend? PerRequest { get; set; }

    /// <summary>When the database was last asked about it; it stands for nothing until it was.</summary>
    public long? AskedAt { get; set; }

    public long? ConfirmedAt { get; set; }

    public long Left => Total - Drawn;
}
