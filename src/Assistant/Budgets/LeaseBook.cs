namespace Outpost.Assistant.Budgets;

/// <summary>
/// The leases of this process: who asks often gets one, as large as what they asked for in half a second, and gives it back when they stop. Nothing is taken out of
/// a lease that the database has not confirmed within five seconds, or while it cannot be reached.
/// </summary>
internal sealed class LeaseBook(bool isOn, TimeProvider clock)
{
    /// <summary>A lease is at most such a part of the room there is: what one process has nobody else can use.</summary>
    public const int Share = 16;

    /// <summary>Unless it is confirmed again, the database settles it after this.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    /// <summary>Who did not ask for so long gives back.</summary>
    public static readonly TimeSpan Idle = TimeSpan.FromSeconds(1);

    private const int Often = 4;

    // A million dollars: sums of these stay numbers.
    private const long Most = 1_000_000_000_000_000;
    private static readonly TimeSpan Window = TimeSpan.FromMilliseconds(500), Fresh = TimeSpan.FromSeconds(5), Renewal = TimeSpan.FromSeconds(1), Between = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, Asker> _askers = [];
    private readonly List<Lease> _ending = [];
    private bool _away, _over;
    private long? _scarceAt;

    /// <summary>What to ask the database for.</summary>
    /// <param name="Total">What the lease is to have been given ever; null to end it.</param>
    /// <param name="Left">What of it is not used, when it ends.</param>
    public readonly record struct Wish(Lease Lease, long? Total, long Left);

    /// <summary>There are leases, which have to be looked after.</summary>
    public bool IsOpen
    {
        get
        {
            lock (_gate) return _ending.Count > 0 || _askers.Values.Any(asker => asker.Lease is not null);
        }
    }

    /// <summary>The lease that covers the request from now on, or null: then the database has to be asked.</summary>
    public Lease? Draw(HoldRequest request)
    {
        var now = clock.GetTimestamp();
        var bound = request.Bound.NanoDollars;
        lock (_gate)
        {
            if (_away || _over || !_askers.TryGetValue(request.For.Key ?? Guid.Empty, out var asker) || asker.Lease is not { ConfirmedAt: { } confirmed } lease || lease.Left < bound || request.Bound > (lease.PerRequest ?? request.Bound) || clock.GetElapsedTime(confirmed, now) > Fresh)
                return null;

            asker.Note(bound, now, clock);
            lease.Drawn += bound;
            lease.Unwritten++;
            return lease;
        }
    }

    /// <summary>The database has taken a hold by itself: who gets many of them gets a lease.</summary>
    public void Granted(HoldRequest request)
    {
        if (!isOn) return;

        lock (_gate) AskerOf(request.For.Key).Note(request.Bound.NanoDollars, clock.GetTimestamp(), clock);
    }

    /// <summary>The request that was taken out of it stands in the database.</summary>
    public void Written(Lease lease)
    {
        lock (_gate) lease.Unwritten--;
    }

    /// <summary>What has to change. What is to be given back cannot be used from here on.</summary>
    /// <param name="scarce">Somebody was refused: everything is given back, and for a while nothing is leased.</param>
    public List<Wish> Wishes(bool scarce)
    {
        var now = clock.GetTimestamp();
        lock (_gate)
        {
            if (scarce) _scarceAt = now;
            var all = _over || Since(_scarceAt) < Idle;
            var wishes = new List<Wish>();
            foreach (var (key, asker) in _askers)
            {
                var isIdle = clock.GetElapsedTime(asker.LastAt, now) > Idle;
                if (asker.Lease is not { } lease)
                {
                    if (isIdle) _askers.Remove(key);
                    else if (!all && asker.IsBusy) wishes.Add(new(asker.Lease = new(Guid.CreateVersion7(), key == Guid.Empty ? null : key) { AskedAt = now }, asker.Usual, 0));
                    continue;
                }

                if ((all || isIdle) && lease.Unwritten == 0)
                {
                    asker.Lease = null;
                    _ending.Add(lease);
                    continue;
                }

                var target = all || isIdle ? 0 : asker.Usual;
                var isShort = lease.Left < target / 2 && Since(lease.AskedAt) > Between;
                if (!isShort && lease.Left <= target * 2 && Since(lease.ConfirmedAt) < Renewal) continue;

                lease.AskedAt = now;
                var total = lease.Left < target / 2 || lease.Left > target * 2 ? lease.Drawn + target : lease.Total;
                lease.Total = Math.Min(lease.Total, total);
                wishes.Add(new(lease, total, 0));
            }

            // Until the database has said so, for it may not have heard it.
            wishes.AddRange(_ending.Select(lease => new Wish(lease, null, lease.Left)));
            return wishes;
        }

        TimeSpan Since(long? then) => then is { } at ? clock.GetElapsedTime(at, now) : TimeSpan.MaxValue;
    }

    /// <summary>The database has answered to these wishes, in their order.</summary>
    public void Confirm(IReadOnlyList<Wish> wishes, IReadOnlyList<LedgerSql.Leased> answers, long askedAt)
    {
        lock (_gate)
        {
            _away = false;
            for (var i = 0; i < wishes.Count; i++)
            {
                var (lease, answer) = (wishes[i].Lease, answers[i]);
                if (wishes[i].Total is null) _ending.Remove(lease);
                else if (answer.Alive) (lease.Total, lease.PerRequest, lease.ConfirmedAt) = (answer.Total, answer.PerRequest, askedAt);
                else if (_askers.TryGetValue(lease.Key ?? Guid.Empty, out var asker) && asker.Lease == lease) asker.Lease = null;
            }
        }
    }

    /// <summary>From here on everything is given back.</summary>
    public void End()
    {
        lock (_gate) _over = true;
    }

    /// <summary>The database did not answer: until it does, nothing is taken.</summary>
    public void Away()
    {
        lock (_gate) _away = true;
    }

    /// <summary>Nothing more is taken out of the leases there are, and nothing given back.</summary>
    public void Abandon()
    {
        lock (_gate)
        {
            _ending.Clear();
            foreach (var asker in _askers.Values) asker.Lease = null;
        }
    }

    private Asker AskerOf(Guid? key)
    {
        if (!_askers.TryGetValue(key ?? Guid.Empty, out var asker)) _askers[key ?? Guid.Empty] = asker = new();
        return asker;
    }

    /// <summary>How much one key, or all people together, have asked for lately.</summary>
    private sealed class Asker
    {
        private long _windowAt;
        private (int Requests, long Bound) _now, _before;

        public Lease? Lease { get; set; }

        public long LastAt { get; private set; }

        public bool IsBusy => _now.Requests + _before.Requests >= Often;

        /// <summary>What is asked for within a window.</summary>
        public long Usual => Math.Max(_now.Bound, _before.Bound);

        public void Note(long bound, long now, TimeProvider clock)
        {
            var elapsed = clock.GetElapsedTime(_windowAt, now);
            if (elapsed > Window) (_before, _now, _windowAt) = (elapsed > 2 * Window ? default : _now, default, now);
            _now = (_now.Requests + 1, Math.Min(Most, _now.Bound + Math.Min(Most, bound)));
            LastAt = now;
        }
    }
}
