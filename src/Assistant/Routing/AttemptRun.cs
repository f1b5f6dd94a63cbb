using System.Diagnostics;
using Outpost.Assistant.Catalogue;
using Outpost.Assistant.Providers;

namespace Outpost.Assistant.Routing;

/// <summary>One attempt: what came of it, what it counted, and that the log hears of its end exactly once, however it ends.</summary>
internal sealed partial class AttemptRun(
    ModelRequest request, Leg leg, IAttemptLog attempts, Breaker breaker, RoutingTelemetry telemetry, TimeProvider clock, ILogger log, CancellationToken deadline, CancellationToken caller)
    : IAsyncDisposable
{
    private readonly long _began = clock.GetTimestamp();
    private Attempt? _attempt;
    private IAsyncEnumerator<AnswerEvent>? _steps;
    private Activity? _span;
    private AnswerEvent _started;
    private AnswerEvent? _held;
    private bool _seen;
    private bool _answered;
    private bool _ended;
    private long _bytes;
    private Usage _usage;
    private bool _usageIsLast;
    private TimeSpan? _firstToken;

    /// <summary>What <see cref="MoveAsync"/> brought.</summary>
    public AnswerEvent Current { get; private set; }

    /// <summary>Why it did not answer to the end; null when it did.</summary>
    public ProviderException? Failure { get; private set; }

    public async ValueTask BeginAsync(int number)
    {
        var now = clock.GetUtcNow();
        var attempt = new Attempt(Guid.CreateVersion7(now), number, leg, now);
        var wroteDown = false;
        try
        {
            await attempts.BeganAsync(attempt, caller);
            wroteDown = true;
        }
        finally
        {
            if (!wroteDown) breaker.Abstained();
        }

        _attempt = attempt;
        _span = RoutingTelemetry.Begin(leg, number);
        _steps = leg.Provider.AnswerAsync(leg.Model, request with { MaxOutputTokens = leg.MaxOutput }, attempt.Id, deadline).GetAsyncEnumerator(CancellationToken.None);
    }

    /// <returns>False after the last event, or when <see cref="Failure"/> says why there is none.</returns>
    public async ValueTask<bool> MoveAsync()
    {
        if (_held is { } held)
        {
            (Current, _held) = (held, null);
            return true;
        }

        while (await NextAsync())
        {
            var step = _steps!.Current;
            switch (step.Kind)
            {
                case AnswerEventKind.Started:
                    _started = step;
                    continue;
                case AnswerEventKind.Usage:
                    (_usage, _usageIsLast) = (step.Usage, !step.Partial);
                    continue;
                case AnswerEventKind.Finished:
                    Tell(await AnsweredAsync(step.Reason));
                    return true;
                default:
                    _bytes += TokenCount.Bytes(step);
                    Tell(step);
                    return true;
            }
        }

        return false;
    }

    public async ValueTask DisposeAsync()
    {
        // Closing the connection comes before anything that takes time.
        if (_steps is not null) await _steps.DisposeAsync();
        if (_attempt is not null && !_ended) await EndAsync(AttemptOutcome.Cancelled, Counted(), null);
        _span?.Dispose();
    }

    // The caller is told who answers only when there is something of the answer.
    private void Tell(AnswerEvent step)
    {
        if (_seen)
        {
            Current = step;
            return;
        }

        _seen = true;
        _firstToken = clock.GetElapsedTime(_began);
        (Current, _held) = (AnswerEvent.Started(leg.Model.Name, _started.Id), step);
    }

    private async ValueTask<bool> NextAsync()
    {
        ProviderException failure;
        try
        {
            if (await _steps!.MoveNextAsync()) return true;
            if (_ended) return false;

            failure = new(Fault.Malformed, leg.Provider.Name, $"{leg.Provider.Name} ended without an end.") { MayHaveWorked = true };
        }
        catch (ProviderException e)
        {
            failure = e;
        }
        catch (OperationCanceledException) when (caller.IsCancellationRequested)
        {
            if (!_ended) await EndAsync(AttemptOutcome.Cancelled, Counted(), null);
            throw new OperationCanceledException(caller);
        }
        catch (OperationCanceledException)
        {
            failure = new(Fault.TimedOut, leg.Provider.Name, $"{leg.Provider.Name} did not answer within the time that a request has.") { MayHaveWorked = true };
        }

        // What comes after the end is no longer of interest.
        if (_ended) return false;

        Failure = _seen ? failure.AfterContent() : failure;
        await EndAsync(_seen ? AttemptOutcome.Cut : AttemptOutcome.Failed, failure.MayHaveWorked || _seen ? Counted() : (default, false), failure);
        return false;
    }

    private async ValueTask<AnswerEvent> AnsweredAsync(FinishReason reason)
    {
        _answered = true;
        var (usage, counted) = Counted();
        await EndAsync(AttemptOutcome.Answered, (usage, counted), null);
        return AnswerEvent.Finished(reason) with { Usage = usage, Counted = counted };
    }

    // What the provider reports at the end stands. Otherwise it is all of the input, and of the output what it reported or what was seen, whichever is more.
    private (Usage Usage, bool Counted) Counted()
    {
        var seen = TokenCount.OfBytes(_bytes);
        if (_usageIsLast && _usage.Input > 0 && (_usage.Output > 0 || seen == 0)) return (_usage, false);

        var input = _usage.Input > 0 ? _usage : new() { UncachedInput = Math.Min(TokenCount.OfInput(request, leg.Model), leg.InputBound) };
        // Of an answer that was to come whole, and did not come, nothing is known but how long it may have been.
        var output = request.Stream || _answered ? Math.Min(Math.Max(_usage.VisibleOutput, seen), leg.MaxOutput) : leg.MaxOutput;
        return (input with { VisibleOutput = output, Reasoning = _usage.Reasoning }, true);
    }

    private async ValueTask EndAsync(AttemptOutcome outcome, (Usage Usage, bool Counted) paid, ProviderException? failure)
    {
        _ended = true;
        var end = new AttemptEnd(outcome, paid.Usage)
        {
            Counted = paid.Counted,
            ExceedsBound = paid.Usage.Input > leg.InputBound || paid.Usage.Output > leg.MaxOutput,
            Fault = failure?.Fault,
            Status = failure?.Status,
            ProviderRequestId = _started.Id ?? failure?.RequestId,
            FirstToken = _firstToken,
            Took = clock.GetElapsedTime(_began),
        };
        Tell(end);
        await attempts.EndedAsync(_attempt!, end);
    }

    private void Tell(AttemptEnd end)
    {
        switch (end.Outcome, end.Fault)
        {
            case (AttemptOutcome.Answered, _):
                breaker.Succeeded();
                break;
            case (_, Fault.Overloaded or Fault.ServerError or Fault.TimedOut or Fault.Network or Fault.Malformed):
                if (breaker.Failed()) Opened(log, leg.Model.Name);
                break;
            default:
                breaker.Abstained();
                break;
        }

        if (end.ExceedsBound) AboveBound(log, leg.Provider.Name, leg.Model.Name, end.Usage.Input, end.Usage.Output, leg.InputBound, leg.MaxOutput);
        telemetry.Ended(leg, end, _span);
    }

    [LoggerMessage(LogLevel.Warning, "{Model} is not asked any more for the moment: it failed too often in a row")]
    private static partial void Opened(ILogger log, string model);

    [LoggerMessage(LogLevel.Warning, "{Provider} counts more for {Model} than the request can have: {Input} tokens in and {Output} out, bounds {InputBound} and {OutputBound}")]
    private static partial void AboveBound(ILogger log, string provider, string model, long input, long output, long inputBound, int outputBound);
}
