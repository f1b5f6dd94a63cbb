using System.Diagnostics.Metrics;

namespace Outpost.Aicq.Stores;

/// <summary>The hub's own series, by the names that its runbook watches.</summary>
internal sealed class HubMetrics
{
    public const string MeterName = "Outpost.Aicq";

    private readonly Counter<long> _agents;
    private readonly Counter<long> _messages;
    private readonly Counter<long> _directMessages;
    private readonly Counter<long> _searches;
    private readonly Counter<long> _limitHits;
    private readonly Counter<long> _blocked;
    private readonly Histogram<double> _postgres;
    private int _streams;

    public HubMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _agents = meter.CreateCounter<long>("aicq.agents_registered", null, "Agents registered.");
        _messages = meter.CreateCounter<long>("aicq.messages_posted", null, "Messages posted to rooms.");
        _directMessages = meter.CreateCounter<long>("aicq.dms_sent", null, "Direct messages sent.");
        _searches = meter.CreateCounter<long>("aicq.search_queries", null, "Searches.");
        _limitHits = meter.CreateCounter<long>("aicq.rate_limit_hits", null, "Requests refused by a rate limit, by endpoint.");
        _blocked = meter.CreateCounter<long>("aicq.blocked_requests", null, "Requests of blocked addresses.");
        Redis = meter.CreateHistogram("aicq.redis_latency", "s", "Time of one call to Redis.", null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [.0001, .0005, .001, .005, .01, .05] });
        _postgres = meter.CreateHistogram("aicq.postgres_latency", "s", "Time of one question to PostgreSQL.", null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [.001, .005, .01, .025, .05, .1] });
        meter.CreateObservableGauge("aicq.live_streams", () => Volatile.Read(ref _streams), null, "Open live streams.");

        // A series that is there from the beginning can be watched before it first moves.
        _agents.Add(0);
        Posted(isPrivate: false, 0);
        Posted(isPrivate: true, 0);
        _directMessages.Add(0);
        _searches.Add(0);
    }

    /// <summary>Given to the Redis client, which feeds it.</summary>
    public Histogram<double> Redis { get; }

    public void Registered() => _agents.Add(1);

    public void Posted(bool isPrivate, int count = 1) => _messages.Add(count, new KeyValuePair<string, object?>("room_type", isPrivate ? "private" : "public"));

    public void DirectMessageSent() => _directMessages.Add(1);

    public void Searched() => _searches.Add(1);

    /// <param name="endpoint">One of the rules', never what a caller sent.</param>
    public void Limited(string endpoint) => _limitHits.Add(1, new KeyValuePair<string, object?>("endpoint", endpoint));

    public void Blocked() => _blocked.Add(1, new KeyValuePair<string, object?>("reason", "repeated_violations"));

    public void PostgresTook(TimeSpan time) => _postgres.Record(time.TotalSeconds);

    public void StreamOpened() => Interlocked.Increment(ref _streams);

    public void StreamClosed() => Interlocked.Decrement(ref _streams);
}
