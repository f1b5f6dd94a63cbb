using System.Runtime.CompilerServices;
using Outpost.Assistant.Providers;

namespace Outpost.Assistant.Routing;

/// <summary>One call over all its attempts: a single deadline, and no second answer once the caller has seen a part of the first.</summary>
internal sealed partial class RoutedCall(
    RoutePlan plan, IAttemptLog attempts, Func<Leg, Breaker> breakerOf, RoutingTelemetry telemetry, RouterLimits limits, TimeProvider clock, ILogger log)
{
    /// <summary>The code of an answer that was refused here, because the model's breaker is open.</summary>
    public const string CircuitOpen = "circuit_open";

    private readonly long _began = clock.GetTimestamp();
    private int _attempts;

    private TimeSpan Left => limits.Deadline - clock.GetElapsedTime(_began);

    public static ProviderException NotAsked(Leg leg) =>
        new(Fault.Overloaded, leg.Provider.Name, $"{leg.Model.Name} is not asked for the moment: it failed too often in a row.") { ProviderCode = CircuitOpen };

    public async IAsyncEnumerable<AnswerEvent> AnswerAsync([EnumeratorCancellation] CancellationToken ct)
    {
        using var active = telemetry.Active();
        using var deadline = new CancellationTokenSource(limits.Deadline, clock);
        await using var link = ct.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), deadline);
        ProviderException? last = null;

        for (var place = 0; place < plan.Legs.Count; place++)
        {
            var leg = plan.Legs[place];
            var breaker = breakerOf(leg);
            for (var tries = 1; ; tries++)
            {
                if (!breaker.TryEnter())
                {
                    last ??= NotAsked(leg);
                    break;
                }

                await using var run = new AttemptRun(plan.Request, leg, attempts, breaker, telemetry, clock, log, deadline.Token, ct);
                await run.BeginAsync(++_attempts);
                while (await run.MoveAsync()) yield return run.Current;
                if (run.Failure is not { } failure) yield break;
                if (failure.AfterFirstToken) throw failure;

                last = failure;
                var next = Retrying.Next(failure, tries, hasAnother: place + 1 < plan.Legs.Count, deadline.IsCancellationRequested ? TimeSpan.Zero : Left, limits);
                DidNotAnswer(log, leg.Provider.Name, leg.Model.Name, failure.Fault, failure.Status, failure.ProviderCode, _attempts, next.Step);
                if (next.Step == Then.Give) throw failure;
                if (next.Step == Then.Another) break;

                await Retrying.WaitAsync(next.Wait, failure, clock, deadline.Token, ct);
            }
        }

        throw last ?? throw new InvalidOperationException("A plan has no legs.");
    }

    [LoggerMessage(LogLevel.Warning, "{Provider} did not answer for {Model}: {Fault} {Status} {Code}, attempt {Attempt}; next: {Next}")]
    private static partial void DidNotAnswer(ILogger log, string provider, string model, Fault fault, int? status, string? code, int attempt, Then next);
}
