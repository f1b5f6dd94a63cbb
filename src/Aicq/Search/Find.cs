using System.Globalization;
using System.Text;
using Outpost.Aicq.Limits;
using Outpost.Aicq.Rooms;
using Outpost.Aicq.Stores;
using Outpost.Aicq.Web;
using Outpost.Platform.Redis;

namespace Outpost.Aicq.Search;

/// <summary>Messages of public rooms that hold all of some words, newest first.</summary>
internal sealed class Find(Gate gate, RoomDirectory rooms, RedisClient redis, HubMetrics metrics, TimeProvider clock)
{
    private const int Usual = 20, Most = 100, LongestQuery = 100;

    // How many references are looked at in one go, and in all: a question about two common words that never meet must end.
    private const int FirstGo = 64, LargestGo = 512, MostLookedAt = 4096;

    private static readonly Refusal QueryMissing = Refusal.Bad("query parameter 'q' is required");
    private static readonly Refusal QueryTooLong = Refusal.Bad("query too long (max 100 chars)");

    public static Task Handle(HttpContext http, Find use, CancellationToken ct) => use.RunAsync(http, ct);

    private async Task RunAsync(HttpContext http, CancellationToken ct)
    {
        if (!await gate.AdmitAsync(http, Rule.Find, ct)) return;

        var query = http.Request.Query;
        string q = query["q"].ToString(), roomText = query["room"].ToString();
        var isRoom = Uuid.TryParse(roomText, out var room);
        var refusal = q.Length == 0 ? QueryMissing : Encoding.UTF8.GetByteCount(q) > LongestQuery ? QueryTooLong : roomText.Length > 0 && !isRoom ? RoomRules.BadId : null;
        if (refusal is not null)
        {
            await refusal.SendAsync(http);
            return;
        }

        metrics.Searched();
        var limit = Page.Limited(query["limit"], Usual, Most);
        var after = long.TryParse(query["after"], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var ms) ? ms : 0;
        var words = Words.ToFind(q);
        var found = words.Count == 0 ? [] : await SearchAsync(words, isRoom ? room : null, Math.Max(after, (clock.GetUtcNow() - RoomRules.MessageLife).ToUnixTimeMilliseconds()), limit, ct);
        await http.SendAsync(Write(q, found));
    }

    private static JsonOut Write(string query, List<(Room Room, ReadOnlyMemory<byte> Message)> found)
    {
        var json = JsonOut.Rent().Raw("{\"query\":"u8).Text(query).Raw(",\"results\":["u8);
        for (var i = 0; i < found.Count; i++)
        {
            var room = found[i].Room;
            var message = found[i].Message.Span;
            json.Raw(i > 0 ? ",{\"id\":\""u8 : "{\"id\":\""u8).Raw(StoredMessage.Id(message)).Raw("\",\"room_id\":\""u8).Raw(room.Ascii).Raw("\",\"room_name\":"u8).Raw(room.NameJson)
                .Raw(",\"from\":\""u8).Raw(StoredMessage.From(message)).Raw("\",\"body\":\""u8).Raw(StoredMessage.BodyJson(message)).Raw("\",\"ts\":"u8).Number(StoredMessage.Ts(message)).Raw("}"u8);
        }

        return json.Raw("],\"total\":"u8).Number(found.Count).Raw("}"u8);
    }

    // The rarest word leads; its references are looked at from the newest on until there are enough that hold the others too.
    private async Task<List<(Room Room, ReadOnlyMemory<byte> Message)>> SearchAsync(List<string> words, Guid? room, long after, int limit, CancellationToken ct)
    {
        var rarest = Words.KeyOf(words.Count == 1 ? words[0] : await RarestAsync(words, ct));
        var found = new List<(Room, ReadOnlyMemory<byte>)>();
        var only = room?.ToString();
        var bottom = $"({after.ToString(CultureInfo.InvariantCulture)}";
        // One word without a room is answered by its newest references, if none was deleted meanwhile.
        var first = words.Count == 1 && only is null ? limit + 4 : Math.Max(FirstGo, limit);
        for (int offset = 0, go = first; offset < MostLookedAt; offset += go, go = Math.Min(go * 2, LargestGo))
        {
            var references = (await redis.CallAsync(new RedisCommand("ZREVRANGEBYSCORE", rarest, "+inf", bottom, "WITHSCORES", "LIMIT", offset, go), ct)).Items;
            var candidates = Candidates(references, only);
            var messages = await MessagesAsync(candidates, ct);
            for (var i = 0; i < candidates.Count && found.Count < limit; i++)
            {
                if (Among(messages[i], candidates[i].Id) is not { } message || !HoldsAll(message.Span, words)) continue;
                // Looked at again when it is read: what the first hub indexed of private rooms stays theirs.
                if (!Uuid.TryParse(candidates[i].Room, out var id) || await rooms.FindAsync(id, ct) is not { IsPrivate: false } place) continue;

                found.Add((place, message));
            }

            if (found.Count == limit || references.Length < 2 * go) break;
        }

        return found;
    }

    private async Task<string> RarestAsync(List<string> words, CancellationToken ct)
    {
        var sizes = await redis.CallAsync(words.Select(word => new RedisCommand("ZCARD", Words.KeyOf(word))).ToArray(), ct);
        var rarest = 0;
        for (var i = 1; i < sizes.Length; i++)
        {
            if (sizes[i].OrThrow().AsLong() < sizes[rarest].OrThrow().AsLong()) rarest = i;
        }

        return words[rarest];
    }

    private static List<(string Room, string Id, long Ts)> Candidates(RedisReply[] references, string? only)
    {
        var candidates = new List<(string, string, long)>(references.Length / 2);
        for (var i = 0; i + 1 < references.Length; i += 2)
        {
            // {room}:{message}; a room of the first hub may be spelled in another way, and one of its spellings holds colons.
            var reference = references[i].AsString()!;
            var colon = reference.LastIndexOf(':');
            if (colon <= 0) continue;

            var room = reference[..colon];
            if (only is null || room == only) candidates.Add((room, reference[(colon + 1)..], references[i + 1].AsLong()));
        }

        return candidates;
    }

    private async Task<RedisReply[]> MessagesAsync(List<(string Room, string Id, long Ts)> candidates, CancellationToken ct)
    {
        if (candidates.Count == 0) return [];

        // What was said in one room within one millisecond is read once.
        var commands = new List<RedisCommand>(candidates.Count);
        var places = new Dictionary<(string, long), int>();
        var placeOf = new int[candidates.Count];
        for (var i = 0; i < placeOf.Length; i++)
        {
            var (room, _, ts) = candidates[i];
            if (!places.TryGetValue((room, ts), out placeOf[i]))
            {
                places[(room, ts)] = placeOf[i] = commands.Count;
                commands.Add(new("ZRANGEBYSCORE", Room.KeyOf(room), ts, ts));
            }
        }

        var replies = await redis.CallAsync(commands.ToArray(), ct);
        return Array.ConvertAll(placeOf, place => replies[place]);
    }

    private static ReadOnlyMemory<byte>? Among(RedisReply reply, string id)
    {
        Span<byte> wanted = stackalloc byte[Ulid.Length];
        if (id.Length != Ulid.Length || Encoding.UTF8.GetByteCount(id) != Ulid.Length) return null;

        Encoding.UTF8.GetBytes(id, wanted);
        foreach (var member in reply.OrThrow().Items)
        {
            var message = member.AsBytes();
            if (StoredMessage.Id(message.Span).SequenceEqual(wanted)) return message;
        }

        return null;
    }

    private static bool HoldsAll(ReadOnlySpan<byte> message, List<string> words)
    {
        if (words.Count == 1) return true;

        var held = Words.ToIndex(StoredMessage.Body(message)).ToHashSet();
        return words.TrueForAll(held.Contains);
    }
}
