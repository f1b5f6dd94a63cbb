using System.Globalization;
using Outpost.Aicq.Signatures;
using Outpost.Aicq.Stores;
using Outpost.Aicq.Web;
using Outpost.Platform.Configuration;
using Outpost.Platform.RateLimits;
using Outpost.Platform.Redis;

namespace Outpost.Aicq.Limits;

/// <summary>
/// Stands before everything that is limited. The counters are in Redis and shared by all instances; when Redis is away nobody gets in.
/// </summary>
internal sealed partial class Gate(RedisClient redis, Callers callers, HubMetrics metrics, Settings settings, TimeProvider clock, ILogger<Gate> log)
{
    private const int Blocked = 403, Limited = 429, Replayed = 401;

    private static readonly RedisScript Only = new(GateLua.Only);
    private static readonly TimeSpan BlockFreshness = TimeSpan.FromSeconds(1);
    private static readonly Refusal TemporarilyBlocked = Refusal.Forbidden("temporarily blocked");
    private static readonly Refusal LimitExceeded = Refusal.Limited("rate limit exceeded");
    private static readonly Refusal NonceUsed = Refusal.Unsigned("nonce already used");

    // A counter that starts anywhere keeps the members of two instances apart.
    private readonly string _instance = Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(5));
    private readonly Rule _ceiling = Rule.Ceiling(HubSettings.Ceiling(settings));
    private readonly string? _autoBlock = settings["AUTO_BLOCK_ENABLED"]?.ToLowerInvariant();
    // Whoever is refused a thousand times a second must not fill the log with it; the metrics count them all.
    private readonly SlidingWindow _told = new(clock, 20, TimeSpan.FromMinutes(1));
    private long _requests;

    /// <summary>Lets a request in by the address it comes from.</summary>
    /// <returns>False when it was refused, and answered.</returns>
    public async Task<bool> AdmitAsync(HttpContext http, Rule rule, CancellationToken ct)
    {
        var caller = callers.Of(http);
        if (caller.Whitelisted) return true;

        var (keys, arguments) = Question(caller, rule, rule.KeyOfCaller(caller.Key), null);
        return await SettleAsync(http, caller, rule, null, await redis.EvalAsync(Only, keys, arguments, ct));
    }

    /// <summary>False while this caller is known to have sent too many wrong signatures: then none is verified, which would cost more than refusing it.</summary>
    public bool MayBeVerified(HttpContext http) => callers.Of(http).UnverifiedUntil <= clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Lets in a request whose signature has been verified, once.</summary>
    /// <returns>False when it was refused, and answered.</returns>
    public Task<bool> AdmitAsync(HttpContext http, SignedRequest signed, Rule rule, CancellationToken ct) => AdmitAsync(http, signed, rule, Only, [], [], null, ct);

    /// <summary>Lets in a signed request and does its work in the same step: <paramref name="work"/> begins with <see cref="GateLua.Head"/>.</summary>
    /// <param name="keys">Its own keys, behind the gate's.</param>
    /// <param name="arguments">Its own arguments, behind the gate's.</param>
    /// <param name="done">Told what it answered, the first four of which are the gate's; called only when the request was let in.</param>
    /// <returns>False when it was refused, and answered.</returns>
    public async Task<bool> AdmitAsync(
        HttpContext http, SignedRequest signed, Rule rule, RedisScript work, RedisArg[] keys, RedisArg[] arguments, Action<RedisReply[]>? done, CancellationToken ct)
    {
        var caller = callers.Of(http);
        var (gateKeys, gateArguments) = Question(caller, rule, rule.KeyOfAgent(signed.Agent.Text), $"nonce:{signed.Agent.Text}:{signed.Nonce}", keys, arguments);
        var reply = await redis.EvalAsync(work, gateKeys, gateArguments, ct);
        if (!await SettleAsync(http, caller, rule, signed.Agent.Text, reply)) return false;

        done?.Invoke(reply.Items);
        return true;
    }

    /// <summary>Whether the caller is blocked, for what is not limited: asked of Redis once a second at most, and not at all while Redis is away.</summary>
    /// <returns>True when they are, and were told so.</returns>
    public ValueTask<bool> TurnAwayAsync(HttpContext http)
    {
        var caller = callers.Of(http);
        if (caller.Whitelisted) return new(false);

        var blocked = caller.Blocked(clock.GetTimestamp(), BlockFreshness.Ticks * clock.TimestampFrequency / TimeSpan.TicksPerSecond);
        return blocked is false ? new(false) : AskAsync();

        async ValueTask<bool> AskAsync()
        {
            if (blocked is null)
            {
                try
                {
                    blocked = (await redis.CallAsync(new RedisCommand("EXISTS", BlockedKey(caller)), http.RequestAborted)).AsLong() == 1;
                    caller.Saw(blocked.Value, clock.GetTimestamp());
                }
                catch (RedisUnavailableException)
                {
                    return false;
                }
            }

            if (blocked is true) await TellBlockedAsync(http, caller);
            return blocked.Value;
        }
    }

    private static string BlockedKey(Caller caller) => $"blocked:ip:{caller.Key}";

    private (RedisArg[] Keys, RedisArg[] Arguments) Question(Caller caller, Rule rule, string ruleKey, string? nonce, ReadOnlySpan<RedisArg> keys = default, ReadOnlySpan<RedisArg> arguments = default)
    {
        var blocks = _autoBlock is null ? !caller.Loopback : _autoBlock == "true";
        var flags = (caller.Whitelisted, blocks, nonce is not null) switch
        {
            (true, _, true) => "wn",
            (true, _, false) => "w",
            (false, true, true) => "bn",
            (false, true, false) => "b",
            (false, false, true) => "n",
            (false, false, false) => "",
        };
        var member = string.Create(CultureInfo.InvariantCulture, $"{_instance}{Interlocked.Increment(ref _requests):x}");
        return (
            [BlockedKey(caller), $"violations:ip:{caller.Key}", nonce ?? "nonce:none", _ceiling.KeyOfCaller(caller.Key), ruleKey, .. keys],
            [clock.GetUtcNow().ToUnixTimeMilliseconds(), member, flags, _ceiling.Limit, _ceiling.WindowMs, rule.Limit, rule.WindowMs, .. arguments]);
    }

    private async ValueTask<bool> SettleAsync(HttpContext http, Caller caller, Rule rule, string? agent, RedisReply reply)
    {
        var parts = reply.Items;
        var status = parts[0].AsLong();
        if (!caller.Whitelisted)
        {
            caller.Saw(status == Blocked, clock.GetTimestamp());
            if (status != Blocked) WriteHeaders(http.Response.Headers, parts[1].AsLong(), parts[2].AsLong(), parts[3].AsLong());
        }

        switch (status)
        {
            case Blocked:
                await TellBlockedAsync(http, caller);
                return false;
            case Limited:
                if (rule == Rule.Unsigned) caller.UnverifiedUntil = parts[3].AsLong();
                metrics.Limited(rule.Endpoint);
                if (_told.Take(caller.Key).Granted) Exceeded(log, "security", "rate_limit_exceeded", caller.Key, agent, rule.Endpoint, parts[4].AsString());
                if (parts[5].AsLong() is > 0 and var times) AutoBlocked(log, "security", "ip_auto_blocked", caller.Key, times);
                await LimitExceeded.SendAsync(http, TimeSpan.FromMilliseconds(parts[3].AsLong() - clock.GetUtcNow().ToUnixTimeMilliseconds()));
                return false;
            case Replayed:
                await NonceUsed.SendAsync(http);
                return false;
            default:
                return true;
        }
    }

    private Task TellBlockedAsync(HttpContext http, Caller caller)
    {
        metrics.Blocked();
        if (_told.Take(caller.Key).Granted) TurnedAway(log, "security", "blocked_request", caller.Key, http.GetEndpoint() is RouteEndpoint route ? route.RoutePattern.RawText : null);
        return TemporarilyBlocked.SendAsync(http);
    }

    private static void WriteHeaders(IHeaderDictionary headers, long limit, long left, long resetMs)
    {
        headers["X-RateLimit-Limit"] = limit.ToString(CultureInfo.InvariantCulture);
        headers["X-RateLimit-Remaining"] = left.ToString(CultureInfo.InvariantCulture);
        // Rounded up: who comes back on the second must find the door open.
        headers["X-RateLimit-Reset"] = ((resetMs + 999) / 1000).ToString(CultureInfo.InvariantCulture);
    }

    [LoggerMessage(LogLevel.Warning, "rate limit exceeded")]
    private static partial void Exceeded(ILogger log, string type, string @event, string ip, string? agent, string endpoint, string? key);

    [LoggerMessage(LogLevel.Warning, "IP auto-blocked for repeated violations")]
    private static partial void AutoBlocked(ILogger log, string type, string @event, string ip, long violations);

    [LoggerMessage(LogLevel.Warning, "blocked IP attempted request")]
    private static partial void TurnedAway(ILogger log, string type, string @event, string ip, string? endpoint);
}
