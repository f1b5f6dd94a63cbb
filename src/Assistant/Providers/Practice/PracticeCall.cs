using Outpost.Assistant.Catalogue;

namespace Outpost.Assistant.Providers.Practice;

/// <summary>One call as the practice provider saw it: what it would bill, and when the caller's socket closed. It is the truth that a ledger is compared with.</summary>
internal sealed class PracticeCall(string api, string model, string? requestId, bool stream, long input, int maxOutput, long startedAt)
{
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _bytes;

    public string Api { get; } = api;

    public string Model { get; } = model;

    /// <summary>The caller's own name for the request, <c>x-client-request-id</c>.</summary>
    public string? RequestId { get; } = requestId;

    /// <summary>The key that came along, from whichever header; null when none did.</summary>
    public string? Key { get; init; }

    public bool Stream { get; } = stream;

    /// <summary>Tokens of input: one for three bytes begun, four around each message.</summary>
    public long Input { get; } = input;

    public int MaxOutput { get; } = maxOutput;

    /// <summary>As <see cref="TimeProvider.GetTimestamp"/> counts.</summary>
    public long StartedAt { get; } = startedAt;

    /// <summary>When the caller closed the connection before the answer was complete; null when it did not.</summary>
    public long? ClosedAt { get; private set; }

    /// <summary>Tokens put out so far: one for three bytes begun, never more than was asked for.</summary>
    public long Produced => Math.Min(MaxOutput, (Interlocked.Read(ref _bytes) + 2) / 3);

    /// <summary>What it bills; nothing while it is not over.</summary>
    public Usage Billed { get; private set; }

    /// <summary>The request was refused with an error.</summary>
    public bool Refused { get; private set; }

    public Task Over => _over.Task;

    /// <summary>Done when the caller's socket has closed early.</summary>
    public Task Closed => _closed.Task;

    internal void Say(int bytes) => Interlocked.Add(ref _bytes, bytes);

    internal void SocketClosed(long at)
    {
        ClosedAt = at;
        _closed.TrySetResult();
    }

    internal void End(Usage billed, bool refused)
    {
        (Billed, Refused) = (billed, refused);
        _over.TrySetResult();
    }
}

/// <param name="ClosedAt">When the caller closed the connection before the answer was complete, by the machine's monotonic clock; null when it did not.</param>
internal sealed record PracticeCallAnswer(string Api, string Model, string? RequestId, bool Stream, bool Refused, long? ClosedAt, Usage Billed);

/// <param name="Calls">All that were over.</param>
/// <param name="ByModel">What each model would be billed.</param>
internal sealed record PracticeBillAnswer(long Calls, long Refused, IReadOnlyDictionary<string, Usage> ByModel);
