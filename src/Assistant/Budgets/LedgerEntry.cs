using Outpost.Assistant.Catalogue;

namespace Outpost.Assistant.Budgets;

/// <summary>What waits to be written: a hold that is asked for, one that was taken out of a lease, or the end of one.</summary>
internal sealed class LedgerEntry
{
    private readonly TaskCompletionSource<HoldAnswer>? _answer;

    private LedgerEntry(bool answers) => _answer = answers ? new(TaskCreationOptions.RunContinuationsAsynchronously) : null;

    public HoldRequest? Request { get; private init; }

    /// <summary>What covers the hold already; null when it is only asked for.</summary>
    public Lease? Lease { get; private init; }

    public DateTimeOffset At { get; private init; }

    /// <summary>When it was asked for, as a timestamp.</summary>
    public long Since { get; private init; }

    public Settlement? Settlement { get; private init; }

    /// <summary>It was refused once while this process held leases, which have been given back since.</summary>
    public bool IsSecond { get; set; }

    public TaskCompletionSource<HoldAnswer> Answer => _answer ?? throw new InvalidOperationException("The end of a hold has no answer.");

    public static LedgerEntry Asked(HoldRequest request, long since) => new(answers: true) { Request = request, Since = since };

    public static LedgerEntry Drawn(HoldRequest request, Lease lease, DateTimeOffset at) => new(answers: true) { Request = request, Lease = lease, At = at };

    public static LedgerEntry Ended(Settlement settlement) => new(answers: false) { Settlement = settlement };
}

/// <summary>What goes into one transaction: holds out of leases first, then ends, then leases, then what is asked for.</summary>
internal sealed class LedgerPage(int most)
{
    public List<LedgerEntry> Drawn { get; } = new(most);

    public List<LedgerEntry> Ended { get; } = new(most);

    public List<LedgerEntry> Asked { get; } = new(most);

    public int Count => Drawn.Count + Ended.Count + Asked.Count;

    public bool IsFull => Count >= most;

    public void Add(LedgerEntry entry) => (entry.Settlement is not null ? Ended : entry.Lease is not null ? Drawn : Asked).Add(entry);

    public void Clear()
    {
        Drawn.Clear();
        Ended.Clear();
        Asked.Clear();
    }
}
