using Outpost.Aicq.Limits;

namespace Outpost.Aicq.Rooms;

/// <summary>What happens to messages, each in one step behind the gate.</summary>
internal static class MessageLua
{
    /// <summary>Ids that grow, and finding a message by one: an id tells the millisecond, so only that is looked at (and a few around it, for messages of the first hub).</summary>
    public const string Ids = """
        local digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
        local function encode(ms)
          local text = ''
          for i = 1, 10 do
            local digit = ms % 32
            text = string.sub(digits, digit + 1, digit + 1) .. text
            ms = (ms - digit) / 32
          end
          return text
        end
        local function following(id)
          for i = 26, 1, -1 do
            local at = string.find(digits, string.sub(id, i, i), 1, true)
            if at and at < 32 then return string.sub(id, 1, i - 1) .. string.sub(digits, at + 1, at + 1) .. string.rep('0', 26 - i) end
          end
          return id
        end
        local function newest(key, time, random)
          local ts, id = now, time .. random
          local last = redis.call('ZRANGE', key, -1, -1, 'WITHSCORES')
          if last[1] then
            local lastTs, lastId = tonumber(last[2]), string.sub(last[1], 8, 33)
            if lastTs > ts then ts, id = lastTs, encode(lastTs) .. random end
            if lastTs == ts and id <= lastId then id = following(lastId) end
          end
          return ts, id
        end
        local function find(key, id, ms, life)
          if ms <= now - life then return false end
          local start = '{"id":"' .. id .. '"'
          for _, reach in ipairs({0, 50}) do
            for _, member in ipairs(redis.call('ZRANGEBYSCORE', key, ms - reach, ms + reach)) do
              if string.sub(member, 1, #start) == start then return member end
            end
          end
          return false
        end

        """;

    /// <summary>
    /// Stores a message, indexes it, counts it and tells everybody who watches. Answers the gate's four and the id and ts; or 422 for a parent that is not
    /// there, or 4290 and the milliseconds until there is room for so many bytes.
    /// </summary>
    public const string Post = GateLua.Storing + GateLua.Head + Ids + """
        -- KEYS: 6 room  7 bytes of the agent  8 activity  9 feed of all public rooms  10... words
        -- ARGV: 8 room  9 agent  10 body as JSON  11 its bytes  12 parent or ''  13 its ms  14 time and 15 random part of the id  16 most messages  17 most bytes  18 '1' for public  19 channel  20 '1' to trim the words
        local refusal = admit()
        if refusal then return refusal end
        local room, size, life = KEYS[6], tonumber(ARGV[11]), 86400000
        local spent = tonumber(redis.call('GET', KEYS[7]) or '0')
        if spent + size > tonumber(ARGV[17]) then return {4290, limit, left, reset, redis.call('PTTL', KEYS[7])} end
        local parent = ''
        if ARGV[12] ~= '' then
          if not find(room, ARGV[12], tonumber(ARGV[13]), life) then return {422, limit, left, reset} end
          parent = ',"pid":"' .. ARGV[12] .. '"'
        end
        local ts, id = newest(room, ARGV[14], ARGV[15])
        local message = '{"id":"' .. id .. '","room_id":"' .. ARGV[8] .. '","from":"' .. ARGV[9] .. '","body":' .. ARGV[10] .. parent .. ',"ts":' .. string.format('%.0f', ts) .. '}'
        redis.call('ZADD', room, ts, message)
        redis.call('PEXPIRE', room, life)
        redis.call('ZREMRANGEBYSCORE', room, '-inf', now - life)
        redis.call('ZREMRANGEBYRANK', room, 0, -1 - tonumber(ARGV[16]))
        redis.call('INCRBY', KEYS[7], size)
        if spent == 0 then redis.call('PEXPIRE', KEYS[7], 60000) end
        redis.call('HINCRBY', KEYS[8], ARGV[8] .. ':n', 1)
        redis.call('HSET', KEYS[8], ARGV[8] .. ':t', string.format('%.0f', ts))
        local reference = ARGV[8] .. ':' .. id
        for i = 10, #KEYS do
          redis.call('ZADD', KEYS[i], ts, reference)
          redis.call('PEXPIRE', KEYS[i], life)
          if ARGV[20] == '1' then
            redis.call('ZREMRANGEBYSCORE', KEYS[i], '-inf', now - life)
            redis.call('ZREMRANGEBYRANK', KEYS[i], 0, -20001)
          end
        end
        local place = '-'
        if ARGV[18] == '1' then
          place = redis.call('XADD', KEYS[9], 'MAXLEN', '~', '10000', '*', 'm', message)
          redis.call('PEXPIRE', KEYS[9], life)
        end
        redis.call('PUBLISH', ARGV[19], place .. ' ' .. message)
        return {200, limit, left, reset, id, ts}
        """;

    /// <summary>Takes a message away: 404 when it is gone, 4030 when it is somebody else's.</summary>
    public const string Delete = GateLua.Head + Ids + """
        -- KEYS: 6 room  7 activity  8 feed of all public rooms  9... words
        -- ARGV: 8 room  9 agent  10 message  11 its ms  12 '1' for who may delete anybody's  13 '1' for public  14 channel
        local refusal = admit()
        if refusal then return refusal end
        local message = find(KEYS[6], ARGV[10], tonumber(ARGV[11]), 86400000)
        if not message then return {404, limit, left, reset} end
        if string.match(message, '"from":"([^"]*)"') ~= ARGV[9] and ARGV[12] ~= '1' then return {4030, limit, left, reset} end
        redis.call('ZREM', KEYS[6], message)
        for i = 9, #KEYS do redis.call('ZREM', KEYS[i], ARGV[8] .. ':' .. ARGV[10]) end
        redis.call('HINCRBY', KEYS[7], ARGV[8] .. ':n', -1)
        local note = '{"deleted":"' .. ARGV[10] .. '","room_id":"' .. ARGV[8] .. '"}'
        local place = '-'
        if ARGV[13] == '1' then
          place = redis.call('XADD', KEYS[8], 'MAXLEN', '~', '10000', '*', 'm', note)
          redis.call('PEXPIRE', KEYS[8], 86400000)
        end
        redis.call('PUBLISH', ARGV[14], place .. ' ' .. note)
        return {200, limit, left, reset}
        """;
}
