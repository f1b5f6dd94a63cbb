namespace Outpost.FieldService.Messages;

/// <summary>A message as it goes out.</summary>
/// <param name="Subject">What it speaks of.</param>
/// <param name="OptOutUrl">Where the client says that they want no more; null for what cannot be declined.</param>
/// <param name="SenderName">The company, as the client knows it.</param>
internal sealed record Letter(MessageId Id, string Rule, Guid Subject, Channel Channel, string To, Template Content, Uri? OptOutUrl, string SenderName, string? ReplyTo, DateTimeOffset Now)
{
    /// <summary>Files that go with it.</summary>
    public IReadOnlyList<Enclosure> Enclosures { get; init; } = [];
}

/// <summary>What became of one attempt to deliver.</summary>
internal abstract record Delivery
{
    /// <summary>The other side has it and said so.</summary>
    internal sealed record Acknowledged(string Answer) : Delivery;

    /// <summary>The other side surely does not have it; another attempt may succeed.</summary>
    internal sealed record NotYet(string Reason) : Delivery;

    /// <summary>The other side does not want it and will not.</summary>
    internal sealed record Refused(string Reason) : Delivery;

    /// <summary>Everything was handed over and no answer came: it may have arrived.</summary>
    internal sealed record InDoubt(string Reason) : Delivery;

    /// <summary>The operator has not said how to deliver this. It costs no attempt.</summary>
    internal sealed record NoWay(string Reason) : Delivery;
}

/// <summary>
/// Writes down that the message is about to be in the other side's hands, and makes that durable. False: somebody else has it, and nothing may be handed over.
/// </summary>
internal delegate Task<bool> HandOver(CancellationToken ct);

/// <summary>A way to deliver. Calls <see cref="HandOver"/> exactly once, right before the step after which the other side may have the message.</summary>
internal interface ICarrier
{
    bool Carries(Channel channel);

    Task<Delivery> SendAsync(Letter letter, HandOver handOver, CancellationToken ct);
}
