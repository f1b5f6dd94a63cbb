using Outpost.Aicq.Limits;
using Outpost.Aicq.Rooms;
using Outpost.Aicq.Web;
using Outpost.Platform.Redis;

namespace Outpost.Aicq.DirectMessages;

/// <summary>
/// What waits for one agent, sealed so that only that agent can read it. It is bounded, and so is what one sender may leave in it, so that nobody can fill it for
/// all others.
/// </summary>
internal static class Inbox
{
    public static readonly TimeSpan MessageLife = TimeSpan.FromDays(7);

    public static readonly Refusal BadId = Refusal.Bad("invalid recipient ID format");
    public static readonly Refusal Unknown = Refusal.Missing("recipient not found");
    public static readonly Refusal BodyTooLong = Refusal.Unprocessable("body too long (max 8192 bytes)");
    public static readonly Refusal TooManyOfYours = Refusal.Limited("too many of your messages wait for this recipient");
    public static readonly Refusal Full = Refusal.Limited("recipient inbox is full");
    public static readonly Refusal ThroughMissing = Refusal.Bad("query parameter 'through' must be a message id");

    public const int LongestBody = 8192;

    public static string Key(string agent) => $"dm:{agent}:inbox";

    /// <summary>A hash: how many messages of each sender wait.</summary>
    public static string SendersKey(string agent) => $"dm:{agent}:senders";

    // What has expired, or is acknowledged, no longer counts for its sender.
    private const string Forget = """
        local function forget(members)
          for _, member in ipairs(members) do
            if redis.call('ZREM', KEYS[6], member) == 1 then
              local sender = string.match(member, '"from":"([^"]*)"')
              if sender and redis.call('HINCRBY', KEYS[7], sender, -1) <= 0 then redis.call('HDEL', KEYS[7], sender) end
            end
          end
          return #members
        end

        """;

    /// <summary>Leaves a message: 4291 when the sender has too many there, 4292 when it is full.</summary>
    public static readonly RedisScript Send = new(GateLua.Storing + GateLua.Head + MessageLua.Ids + Forget + """
        -- KEYS: 6 inbox  7 senders
        -- ARGV: 8 recipient  9 sender  10 body as JSON  11 time and 12 random part of the id  13 most of one sender  14 most in all
        local refusal = admit()
        if refusal then return refusal end
        local life = 604800000
        while forget(redis.call('ZRANGEBYSCORE', KEYS[6], '-inf', now - life, 'LIMIT', 0, 200)) == 200 do end
        if tonumber(redis.call('HGET', KEYS[7], ARGV[9]) or '0') >= tonumber(ARGV[13]) then return {4291, limit, left, reset} end
        if redis.call('ZCARD', KEYS[6]) >= tonumber(ARGV[14]) then return {4292, limit, left, reset} end
        local ts, id = newest(KEYS[6], ARGV[11], ARGV[12])
        local message = '{"id":"' .. id .. '","from":"' .. ARGV[9] .. '","to":"' .. ARGV[8] .. '","body":' .. ARGV[10] .. ',"ts":' .. string.format('%.0f', ts) .. '}'
        redis.call('ZADD', KEYS[6], ts, message)
        redis.call('PEXPIRE', KEYS[6], life)
        redis.call('HINCRBY', KEYS[7], ARGV[9], 1)
        redis.call('PEXPIRE', KEYS[7], life)
        return {200, limit, left, reset, id, ts}
        """);

    /// <summary>Takes away one message, or with '1' behind it that one and all before it. Answers how many there were.</summary>
    public static readonly RedisScript Acknowledge = new(GateLua.Head + MessageLua.Ids + Forget + """
        -- KEYS: 6 inbox  7 senders
        -- ARGV: 8 message  9 its ms  10 '1' for all up to it
        local refusal = admit()
        if refusal then return refusal end
        local message = find(KEYS[6], ARGV[8], tonumber(ARGV[9]), 604800000)
        if not message then return {404, limit, left, reset} end
        if ARGV[10] ~= '1' then return {200, limit, left, reset, forget({message})} end
        local gone = 0
        while true do
          local rank = redis.call('ZRANK', KEYS[6], message)
          if not rank then break end
          gone = gone + forget(redis.call('ZRANGE', KEYS[6], 0, math.min(rank, 199)))
        end
        return {200, limit, left, reset, gone}
        """);
}
