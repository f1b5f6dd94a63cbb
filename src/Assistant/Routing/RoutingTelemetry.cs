using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Outpost.Assistant.Catalogue;
using Outpost.Assistant.Providers;

namespace Outpost.Assistant.Routing;

/// <summary>What is measured of attempts: names and numbers, never a word of a prompt or an answer. Spans carry the attributes of OpenTelemetry's GenAI conventions.</summary>
internal sealed class RoutingTelemetry
{
    public const string MeterName = "Outpost.Assistant.Routing";
    public const string SourceName = "Outpost.Assistant.Routing";

    // How much a new measurement weighs against all before it.
    private const double Weight = 0.2;

    private static readonly ActivitySource Source = new(SourceName);
    private static readonly double[] Seconds = [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 120];

    private readonly ConcurrentDictionary<string, double> _firstTokens = new(StringComparer.Ordinal);
    private readonly Counter<long> _requests;
    private readonly Histogram<double> _latency;
    private readonly Histogram<double> _firstToken;
    private readonly Counter<long> _input;
    private readonly Counter<long> _output;
    private readonly Counter<long> _errors;
    private readonly Counter<long> _rateLimited;
    private readonly Counter<long> _counted;
    private readonly Meter _meter;
    private int _active;

    public RoutingTelemetry(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        var seconds = new InstrumentAdvice<double> { HistogramBucketBoundaries = Seconds };
        _requests = _meter.CreateCounter<long>("local_assistant.requests", null, "Attempts to get an answer from a model, by how they ended.");
        _latency = _meter.CreateHistogram("local_assistant.request.latency", "s", "Time from asking a provider to the end of its answer.", null, seconds);
        _firstToken = _meter.CreateHistogram("local_assistant.first_token", "s", "Time from asking a provider to the first piece of its answer.", null, seconds);
        _input = _meter.CreateCounter<long>("local_assistant.input_tokens", null, "Tokens of input that providers count.");
        _output = _meter.CreateCounter<long>("local_assistant.output_tokens", null, "Tokens of output that providers count, thinking included.");
        _errors = _meter.CreateCounter<long>("local_assistant.errors", null, "Attempts that did not answer to the end, by kind.");
        _rateLimited = _meter.CreateCounter<long>("local_assistant.rate_limit_hits", null, "Refusals because of a provider's own limit on requests.");
        _counted = _meter.CreateCounter<long>("local_assistant.counted_usage", null, "Attempts whose usage was counted here, because the provider did not say it.");
        _meter.CreateObservableGauge("local_assistant.active_requests", () => Volatile.Read(ref _active), null, "Calls being answered.");
    }

    /// <summary>Puts the state of every model's breaker on /metrics: 0 closed, 1 half open, 2 open.</summary>
    public void Show(Func<IEnumerable<(Model Model, BreakerState State)>> states) => _meter.CreateObservableGauge(
        "local_assistant.circuit.state",
        () => states().Where(one => one.Model.Use == ModelUse.Chat).Select(one => new Measurement<int>((int)one.State, new("provider", one.Model.Provider), new("model", one.Model.Name))),
        null, "Whether a model is asked: 0 yes, 1 one request may try, 2 no.");

    /// <summary>Seconds to the first piece of an answer, as measured lately; as ranked in the list while nothing was measured.</summary>
    public double UsualFirstToken(Model model) => _firstTokens.TryGetValue(model.Name, out var seconds) ? seconds : (101 - model.Speed) / 50.0;

    public IDisposable Active()
    {
        Interlocked.Increment(ref _active);
        return new Leaving(this);
    }

    public static Activity? Begin(Leg leg, int number)
    {
        var span = Source.StartActivity($"chat {leg.Model.Id}", ActivityKind.Client);
        if (span is { IsAllDataRequested: true })
        {
            span.SetTag("gen_ai.operation.name", "chat").SetTag("gen_ai.provider.name", leg.Model.Provider).SetTag("gen_ai.request.model", leg.Model.Id)
                .SetTag("gen_ai.request.max_tokens", leg.MaxOutput).SetTag("outpost.attempt", number);
        }

        return span;
    }

    public void Ended(Leg leg, AttemptEnd end, Activity? span)
    {
        KeyValuePair<string, object?> model = new("model", leg.Model.Name), provider = new("provider", leg.Model.Provider);
        _requests.Add(1, model, provider, new("status", Word(end.Outcome)));
        _latency.Record(end.Took.TotalSeconds, model, provider);
        if (end.Usage.Input > 0) _input.Add(end.Usage.Input, model, provider);
        if (end.Usage.Output > 0) _output.Add(end.Usage.Output, model, provider);
        if (end.Counted) _counted.Add(1, model, provider);
        if (end.Fault is { } fault) _errors.Add(1, model, provider, new("error_type", Word(fault)));
        if (end.Fault == Fault.RateLimited) _rateLimited.Add(1, model, provider);
        if (end.FirstToken is { } first)
        {
            _firstToken.Record(first.TotalSeconds, model, provider);
            _firstTokens.AddOrUpdate(leg.Model.Name, first.TotalSeconds, (_, usual) => usual + (Weight * (first.TotalSeconds - usual)));
        }

        if (span is not { IsAllDataRequested: true }) return;

        // The convention counts what was read from a cache, or written to one, as input too.
        span.SetTag("gen_ai.usage.input_tokens", end.Usage.Input).SetTag("gen_ai.usage.output_tokens", end.Usage.Output)
            .SetTag("gen_ai.usage.cache_read.input_tokens", end.Usage.CacheRead).SetTag("gen_ai.usage.cache_creation.input_tokens", end.Usage.CacheWrite5m + end.Usage.CacheWrite1h);
        if (end.ProviderRequestId is { } id) span.SetTag("gen_ai.response.id", id);
        if (end.Fault is { } why) span.SetTag("error.type", Word(why)).SetStatus(ActivityStatusCode.Error);
    }

    private static string Word(AttemptOutcome outcome) => outcome switch
    {
        AttemptOutcome.Answered => "success",
        AttemptOutcome.Failed => "error",
        AttemptOutcome.Cut => "cut",
        AttemptOutcome.Cancelled => "cancelled",
    };

    public static string Word(Fault fault) => fault switch
    {
        Fault.RateLimited => "rate_limited",
        Fault.OutOfMoney => "out_of_money",
        Fault.Rejected => "rejected",
        Fault.NotAllowed => "not_allowed",
        Fault.Overloaded => "overloaded",
        Fault.ServerError => "server_error",
        Fault.TimedOut => "timed_out",
        Fault.Network => "network",
        Fault.Malformed => "malformed",
    };

    private sealed class Leaving(RoutingTelemetry telemetry) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref telemetry._active);
    }
}
