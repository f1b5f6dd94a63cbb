using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Outpost.Aicq.Web;

namespace Outpost.Aicq.Rooms;

/// <summary>
/// A message as it lies in Redis: <c>{"id":…,"room_id":…,"from":…,"body":…,"pid"?:…,"ts":…}</c> in a room, <c>{"id":…,"from":…,"to":…,"body":…,"ts":…}</c> in an
/// inbox. What is shown of it is cut out of these bytes; nothing is parsed.
/// </summary>
internal static class StoredMessage
{
    private const int IdAt = 7, IdEnd = IdAt + Ulid.Length;
    private const int RoomEnd = 33 + 13 + 36 + 1;

    private static ReadOnlySpan<byte> Start => "{\"id\":\""u8;

    private static ReadOnlySpan<byte> RoomMember => "\",\"room_id\":\""u8;

    public static ReadOnlySpan<byte> Id(ReadOnlySpan<byte> stored) => stored.StartsWith(Start) && stored.Length > IdEnd ? stored[IdAt..IdEnd] : default;

    /// <summary>The number behind the last <c>"ts":</c>; a body cannot hold one, because its quotes are escaped.</summary>
    public static long Ts(ReadOnlySpan<byte> stored)
    {
        var at = stored.LastIndexOf("\"ts\":"u8);
        return at >= 0 && Utf8Parser.TryParse(stored[(at + 5)..], out long ts, out _) ? ts : 0;
    }

    public static ReadOnlySpan<byte> From(ReadOnlySpan<byte> stored) => Text(stored, "\"from\":\""u8);

    /// <summary>The body as JSON, without its quotes.</summary>
    public static ReadOnlySpan<byte> BodyJson(ReadOnlySpan<byte> stored)
    {
        var at = stored.IndexOf("\"body\":\""u8);
        if (at < 0) return default;

        var body = stored[(at + 8)..];
        for (var i = 0; i < body.Length; i++)
        {
            if (body[i] == (byte)'\\') i++;
            else if (body[i] == (byte)'"') return body[..i];
        }

        return default;
    }

    /// <summary>The body as its author wrote it.</summary>
    public static string Body(ReadOnlySpan<byte> stored)
    {
        var json = BodyJson(stored);
        return json.Contains((byte)'\\') ? JsonSerializer.Deserialize<string>(Encoding.UTF8.GetBytes($"\"{Encoding.UTF8.GetString(json)}\"")) ?? "" : Encoding.UTF8.GetString(json);
    }

    /// <summary>As a reader of its room gets it: without the room, which the reader knows.</summary>
    public static void WriteForRoom(JsonOut json, ReadOnlySpan<byte> stored)
    {
        // Every message of ours and of the first hub looks so; anything else was put there by hand.
        if (stored.Length > RoomEnd && stored[IdEnd..].StartsWith(RoomMember) && stored[RoomEnd - 1] == (byte)'"' && !HasSignature(stored))
        {
            json.Raw(stored[..(IdEnd + 1)]).Raw(stored[RoomEnd..]);
            return;
        }

        json.Raw("{\"id\":\""u8).Raw(Id(stored)).Raw("\",\"from\":\""u8).Raw(From(stored)).Raw("\",\"body\":\""u8).Raw(BodyJson(stored)).Raw("\""u8);
        if (Text(stored, "\"pid\":\""u8) is { IsEmpty: false } parent) json.Raw(",\"pid\":\""u8).Raw(parent).Raw("\""u8);
        json.Raw(",\"ts\":"u8).Number(Ts(stored)).Raw("}"u8);
    }

    /// <summary>As its recipient gets it.</summary>
    public static void WriteForInbox(JsonOut json, ReadOnlySpan<byte> stored) =>
        json.Raw("{\"id\":\""u8).Raw(Id(stored)).Raw("\",\"from\":\""u8).Raw(From(stored)).Raw("\",\"body\":\""u8).Raw(BodyJson(stored)).Raw("\",\"ts\":"u8).Number(Ts(stored)).Raw("}"u8);

    // A message of ours ends with its time; only a signature, which nobody ever wrote, would stand behind it.
    private static bool HasSignature(ReadOnlySpan<byte> stored) => stored.EndsWith("\"}"u8);

    // None of these members can hold a quote.
    private static ReadOnlySpan<byte> Text(ReadOnlySpan<byte> stored, ReadOnlySpan<byte> member)
    {
        var at = stored.IndexOf(member);
        if (at < 0) return default;

        var text = stored[(at + member.Length)..];
        return text.IndexOf((byte)'"') is var end and >= 0 ? text[..end] : default;
    }
}
