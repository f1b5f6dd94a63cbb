using Outpost.Assistant.Catalogue;
using Outpost.Assistant.Providers;

namespace Outpost.Assistant.Routing;

/// <summary>Vectors, and what they cost.</summary>
/// <param name="Model">The model's name in the list.</param>
/// <param name="Counted">The usage was counted here, because the provider did not say it.</param>
internal sealed record EmbeddingAnswer(string Model, IReadOnlyList<float[]> Vectors, Usage Usage, bool Counted);

/// <summary>One request for vectors over all its attempts.</summary>
internal sealed partial class EmbeddingCall(
    RoutePlan plan, int? dimensions, IAttemptLog attempts, Breaker breaker, RoutingTelemetry telemetry, RouterLimits limits, TimeProvider clock, ILogger log)
{
    private readonly Leg _leg = plan.Legs[0];
    private readonly IReadOnlyList<string> _texts = [.. plan.Request.Messages.Select(message => ((TextPart)message.Parts[0]).Text)];
    private readonly long _began = clock.GetTimestamp();

    public async Task<EmbeddingAnswer> EmbedAsync(CancellationToken ct)
    {
        using var active = telemetry.Active();
        using var deadline = new CancellationTokenSource(limits.Deadline, clock);
        await using var link = ct.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), deadline);
        for (var tries = 1; ; tries++)
        {
            if (!breaker.TryEnter()) throw RoutedCall.NotAsked(_leg);

            var (answer, failure) = await AttemptAsync(tries, deadline.Token, ct);
            if (answer is not null) return answer;

            var next = Retrying.Next(failure!, tries, hasAnother: false, limits.Deadline - clock.GetElapsedTime(_began), limits);
            DidNotEmbed(log, _leg.Provider.Name, _leg.Model.Name, failure!.Fault, failure.Status, failure.ProviderCode, tries);
            if (next.Step != Then.Again) throw failure;

            await Retrying.WaitAsync(next.Wait, failure, clock, deadline.Token, ct);
        }
    }

    private async Task<(EmbeddingAnswer? Answer, ProviderException? Failure)> AttemptAsync(int number, CancellationToken deadline, CancellationToken caller)
    {
        var now = clock.GetUtcNow();
        var attempt = new Attempt(Guid.CreateVersion7(now), number, _leg, now);
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

        var began = clock.GetTimestamp();
        var end = new AttemptEnd(AttemptOutcome.Cancelled, Counted()) { Counted = true };
        try
        {
            var embedded = await _leg.Provider.EmbedAsync(_leg.Model, _texts, dimensions, attempt.Id, deadline);
            end = new(AttemptOutcome.Answered, embedded.Usage ?? Counted()) { Counted = embedded.Usage is null };
            breaker.Succeeded();
            return (new(_leg.Model.Name, embedded.Vectors, end.Usage, end.Counted), null);
        }
        catch (ProviderException e)
        {
            end = Failed(e);
            return (null, e);
        }
        catch (OperationCanceledException) when (!caller.IsCancellationRequested)
        {
            var late = new ProviderException(Fault.TimedOut, _leg.Provider.Name, $"{_leg.Provider.Name} did not answer within the time that a request has.") { MayHaveWorked = true };
            end = Failed(late);
            return (null, late);
        }
        finally
        {
            if (end.Outcome == AttemptOutcome.Cancelled) breaker.Abstained();
            end = end with { Took = clock.GetElapsedTime(began), ExceedsBound = end.Usage.Input > _leg.InputBound };
            telemetry.Ended(_leg, end, null);
            await attempts.EndedAsync(attempt, end);
        }
    }

    private AttemptEnd Failed(ProviderException failure)
    {
        if (failure.Fault is Fault.Overloaded or Fault.ServerError or Fault.TimedOut or Fault.Network or Fault.Malformed) breaker.Failed();
        else breaker.Abstained();
        return new(AttemptOutcome.Failed, failure.MayHaveWorked ? Counted() : default) { Counted = failure.MayHaveWorked, Fault = failure.Fault, Status = failure.Status, ProviderRequestId = failure.RequestId };
    }

    private Usage Counted() => new() { UncachedInput = Math.Min(_leg.InputBound, _texts.Sum(text => TokenCount.OfBytes(System.Text.Encoding.UTF8.GetByteCount(text)))) };

    [LoggerMessage(LogLevel.Warning, "{Provider} made no embeddings with {Model}: {Fault} {Status} {Code}, attempt {Attempt}")]
    private static partial void DidNotEmbed(ILogger log, string provider, string model, Fault fault, int? status, string? code, int attempt);
}
