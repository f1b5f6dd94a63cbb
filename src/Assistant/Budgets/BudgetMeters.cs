using System.Diagnostics.Metrics;
using Outpost.Kernel;

namespace Outpost.Assistant.Budgets;

/// <summary>What the ledger shows on /metrics.</summary>
internal sealed class BudgetMeters
{
    public const string MeterName = "Outpost.Assistant.Budgets";

    private readonly Counter<double> _cost;
    private readonly Counter<long> _input, _output, _refused, _expired, _overBound;

    public BudgetMeters(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _cost = meter.CreateCounter<double>("local_assistant.cost_dollars", null, "Dollars charged, by provider and model.");
        _input = meter.CreateCounter<long>("local_assistant.input_tokens", null, "Tokens of input that were charged, those of caches included.");
        _output = meter.CreateCounter<long>("local_assistant.output_tokens", null, "Tokens of output that were charged, thinking included.");
        _refused = meter.CreateCounter<long>("local_assistant.budget_refusals", null, "Requests that a spending limit refused before any provider was asked.");
        _expired = meter.CreateCounter<long>("local_assistant.expired_holds", null, "Holds whose owner never settled them; they count at their estimate.");
        _overBound = meter.CreateCounter<long>("local_assistant.charges_over_bound", null, "Charges above the bound they were held at; there must be none.");
        // A series that an alert waits for has to be there before the first time.
        _overBound.Add(0);
        _expired.Add(0);
    }

    public void Charged(Charge charge)
    {
        KeyValuePair<string, object?> model = new("model", charge.Model), provider = new("provider", charge.Provider);
        _cost.Add((double)charge.Cost.Dollars, model, provider);
        _input.Add(charge.Usage.Input, model, provider);
        _output.Add(charge.Usage.Output, model, provider);
    }

    public void Refused(Refusal refusal) => _refused.Add(1, new KeyValuePair<string, object?>("window", Words<BudgetWindow>.Of(refusal.Window)));

    public void Expired(int holds) => _expired.Add(holds);

    public void OverBound() => _overBound.Add(1);
}
