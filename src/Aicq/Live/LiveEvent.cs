using System.Text;
using Outpost.Aicq.Rooms;
using Outpost.Aicq.Web;

namespace Outpost.Aicq.Live;

/// <summary>Something that those who watch are told, written once for all of them.</summary>
internal sealed class LiveEvent
{
    /// <summary>Stands where events may be missing: every stream looks for itself what it has not seen.</summary>
    public static readonly LiveEvent Gap = new() { IsGap = true };

    public bool IsGap { get; private init; }

    /// <summary>The id of the room.</summary>
    public string Room { get; private init; } = "";

    /// <summary>Its place in the feed of all public rooms; null in a private one.</summary>
    public FeedId? FeedId { get; private init; }

    /// <summary>Its place in its room; null for a message taken back, which has none of its own.</summary>
    public Place? Place { get; private init; }

    /// <summary>For those who watch its room.</summary>
    public byte[] ForRoom { get; private init; } = [];

    /// <summary>For those who watch all public rooms.</summary>
    public byte[] ForAll { get; private init; } = [];

    /// <summary>What the scripts publish: the feed id or a dash, a blank, and the message or the note that it is gone.</summary>
    /// <returns>Null for what cannot be read.</returns>
    public static LiveEvent? OfPublished(ReadOnlySpan<byte> published)
    {
        var blank = published.IndexOf((byte)' ');
        if (blank <= 0) return null;

        FeedId? feedId = Live.FeedId.TryParse(Encoding.ASCII.GetString(published[..blank]), out var id) ? id : null;
        return Of(feedId, published[(blank + 1)..]);
    }

    public static LiveEvent? Of(FeedId? feedId, ReadOnlySpan<byte> content)
    {
        var room = Between(content, "\"room_id\":\""u8);
        if (room.IsEmpty) return null;

        var deleted = Between(content, "{\"deleted\":\""u8);
        if (deleted.IsEmpty && StoredMessage.Id(content).IsEmpty) return null;

        Place? place = deleted.IsEmpty ? Rooms.Place.Of(content) : null;
        return new()
        {
            Room = Encoding.ASCII.GetString(room),
            FeedId = feedId,
            Place = place,
            ForRoom = deleted.IsEmpty ? Frame(place.ToString(), content, forRoom: true) : Gone(null, deleted, room),
            ForAll = feedId is null ? [] : deleted.IsEmpty ? Frame(feedId.ToString(), content, forRoom: false) : Gone(feedId.ToString(), deleted, room),
        };
    }

    private static byte[] Frame(string? id, ReadOnlySpan<byte> message, bool forRoom)
    {
        var frame = Head(id, "message"u8);
        if (forRoom) StoredMessage.WriteForRoom(frame, message);
        else frame.Raw(message);
        return frame.Raw("\n\n"u8).Take();
    }

    private static byte[] Gone(string? id, ReadOnlySpan<byte> message, ReadOnlySpan<byte> room) =>
        Head(id, "deleted"u8).Raw("{\"id\":\""u8).Raw(message).Raw("\",\"room_id\":\""u8).Raw(room).Raw("\"}\n\n"u8).Take();

    private static JsonOut Head(string? id, ReadOnlySpan<byte> kind)
    {
        var frame = JsonOut.Rent();
        if (id is not null) frame.Raw("id: "u8).Raw(Encoding.ASCII.GetBytes(id)).Raw("\n"u8);
        return frame.Raw("event: "u8).Raw(kind).Raw("\ndata: "u8);
    }

    private static ReadOnlySpan<byte> Between(ReadOnlySpan<byte> content, ReadOnlySpan<byte> start)
    {
        var at = content.IndexOf(start);
        if (at < 0) return default;

        var text = content[(at + start.Length)..];
        return text.IndexOf((byte)'"') is var end and >= 0 ? text[..end] : default;
    }
}
