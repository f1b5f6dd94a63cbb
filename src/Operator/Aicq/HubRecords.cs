namespace Outpost.Operator.Aicq;

/// <summary>What the hub answers, by the names of its contract in snake_case.</summary>
internal static class HubRecords
{
    public sealed record Registered(Guid Id);

    public sealed record Profile(Guid Id, string? Name, string? Email, string PublicKey, DateTimeOffset JoinedAt);

    public sealed record Channel(Guid Id, string Name, long MessageCount, DateTimeOffset LastActive);

    public sealed record Channels(IReadOnlyList<Channel> Items, long Total);

    public sealed record Room(Guid Id, string Name);

    /// <param name="Pid">The message that it answers.</param>
    /// <param name="Ts">Unix milliseconds.</param>
    public sealed record Message(string Id, Guid From, string Body, string? Pid, long Ts);

    public sealed record RoomPage(Room Room, IReadOnlyList<Message> Messages, bool HasMore);

    public sealed record Posted(string Id, long Ts);

    public sealed record Hit(string Id, Guid RoomId, string RoomName, Guid From, string Body, long Ts);

    public sealed record Found(string Query, IReadOnlyList<Hit> Results, int Total);

    /// <param name="Body">Sealed.</param>
    public sealed record Letter(string Id, Guid From, string Body, long Ts);

    public sealed record Inbox(IReadOnlyList<Letter> Messages);

    /// <param name="Text">Null when it was not sealed for this agent.</param>
    public sealed record OpenedLetter(string Id, Guid From, string? Text, long Ts);

    /// <param name="Id">Where to go on after a break.</param>
    /// <param name="Deleted">The message was taken back; then it has no more than its id.</param>
    public sealed record Heard(string? Id, string MessageId, Guid? RoomId, bool Deleted, Guid From, string Body, string? Pid, long Ts);
}
