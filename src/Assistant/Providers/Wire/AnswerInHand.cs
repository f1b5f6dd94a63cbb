using System.Text.Json;

namespace Outpost.Assistant.Providers.Wire;

/// <summary>An answer while it comes in. What goes wrong is kept until the steps before it were handed on.</summary>
internal sealed class AnswerInHand(WireFailures failures, IAnswerReader reader, HttpResponseMessage response, Patience patience, TimeSpan idle, CancellationToken ct)
{
    private ProviderException? _failure;

    public IAnswerReader Reader => reader;

    public List<AnswerEvent> Steps { get; } = [];

    public async ValueTask<Stream> OpenAsync()
    {
        try
        {
            return await response.Content.ReadAsStreamAsync(patience.Token);
        }
        catch (Exception e) when (failures.Broken(e, patience, ct) is { } broken)
        {
            throw broken;
        }
    }

    public bool TakeEvent(SseReader events)
    {
        try
        {
            if (!events.TryRead()) return false;

            reader.Event(events.Type, events.Data, Steps);
        }
        catch (Exception e) when (Unreadable(e) is { } unreadable)
        {
            _failure = unreadable;
        }

        return true;
    }

    public async ValueTask<bool> FillAsync(SseReader events)
    {
        patience.Allow(idle);
        try
        {
            return await events.FillAsync(patience.Token);
        }
        catch (Exception e) when (failures.Broken(e, patience, ct) is { } broken)
        {
            _failure = broken;
            return true;
        }
    }

    public void TakeEnd()
    {
        reader.EndOfStream(Steps);
        if (!reader.Ended) _failure = failures.BrokenOff();
    }

    public async ValueTask TakeWholeAsync()
    {
        try
        {
            reader.Whole((await HttpProvider.ReadAsync(response, HttpProvider.LargestAnswer, throwWhenLarger: true, patience.Token)).Span, Steps);
        }
        catch (Exception e) when ((Unreadable(e) ?? failures.Broken(e, patience, ct)) is { } failure)
        {
            _failure = failure;
        }
    }

    public void Settle()
    {
        Steps.Clear();
        if (_failure is not null) throw _failure;
    }

    private ProviderException? Unreadable(Exception e) => e switch
    {
        WireErrorException turned => failures.Refused(turned.Error, 200, response),
        JsonException or InvalidDataException => failures.Unreadable(response),
        _ => null,
    };
}
