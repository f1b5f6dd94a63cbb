namespace Outpost.Aicq.Limits;

/// <summary>
/// What stands at the head of every script: <c>admit()</c> looks whether the caller is blocked, counts against the ceiling and the rule, and takes the nonce, all in
/// one step that nobody can get between. A request that is refused counts for nothing but a violation.
/// </summary>
internal static class GateLua
{
    /// <summary>Keys that <see cref="Head"/> takes; a script's own come behind them.</summary>
    public const int Keys = 5;

    /// <summary>Arguments that <see cref="Head"/> takes; a script's own come behind them.</summary>
    public const int Arguments = 7;

    /// <summary>What a blocked address's key holds.</summary>
    public const string Reason = "repeated rate limit violations";

    public const string Head = """
        -- KEYS: 1 blocked  2 violations  3 nonce  4 ceiling  5 rule
        -- ARGV: 1 now (ms)  2 a member nobody else has  3 flags: w(hitelisted) b(lock) n(once)  4 limit and 5 window of the ceiling  6 limit and 7 window of the rule
        local now = tonumber(ARGV[1])
        local limit, left, reset = tonumber(ARGV[6]), 0, now
        local function has(flag) return string.find(ARGV[3], flag, 1, true) end
        local function look(key, window)
          redis.call('ZREMRANGEBYSCORE', key, '-inf', now - window)
          local oldest = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')
          if not oldest[2] then return 0, now + window end
          return redis.call('ZCARD', key), tonumber(oldest[2]) + window
        end
        local function take(key, window)
          redis.call('ZADD', key, now, ARGV[2])
          redis.call('PEXPIRE', key, 2 * window)
        end
        local function refuse(most, opens, which)
          local blocked = 0
          if has('b') then
            local times = redis.call('INCR', KEYS[2])
            redis.call('EXPIRE', KEYS[2], 3600)
            if times >= 10 then
              redis.call('SET', KEYS[1], 'repeated rate limit violations', 'EX', 86400)
              redis.call('DEL', KEYS[2])
              blocked = times
            end
          end
          return {429, most, 0, opens, which, blocked}
        end
        local function admit()
          local limited = not has('w')
          if limited then
            if redis.call('EXISTS', KEYS[1]) == 1 then return {403, 0, 0, 0} end
            local most, window = tonumber(ARGV[4]), tonumber(ARGV[5])
            if most > 0 then
              local used, opens = look(KEYS[4], window)
              if used >= most then return refuse(most, opens, 'ceiling') end
              take(KEYS[4], window)
            end
          end
          limited = limited and limit > 0
          local window, used = tonumber(ARGV[7]), 0
          if limited then
            used, reset = look(KEYS[5], window)
            if used >= limit then return refuse(limit, reset, 'rule') end
            left = limit - used
          end
          if has('n') and not redis.call('SET', KEYS[3], '1', 'NX', 'PX', 180000) then return {401, limit, left, reset} end
          if limited then
            take(KEYS[5], window)
            left = left - 1
          end
          return nil
        end

        """;

    /// <summary>
    /// Stands before the gate in a script that stores what somebody said. A Redis that is full refuses only a script's first write, and only one that needs memory;
    /// this one changes nothing and is refused then, before anything has been counted.
    /// </summary>
    public const string Storing = """
        redis.call('SETRANGE', KEYS[3], 0, '')

        """;

    /// <summary>Lets in, and does nothing else.</summary>
    public const string Only = Head + """
        return admit() or {200, limit, left, reset}
        """;
}
