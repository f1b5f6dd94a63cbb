using System.Text.Json;
using Outpost.Assistant.Web;
using Outpost.Kernel;
using Outpost.Platform.Redis;

namespace Outpost.Assistant.Chat;

/// <summary>What a session knows; everything that was said stands in its conversation.</summary>
internal sealed record Session(Guid Id, Guid ConversationId, Guid OwnerId, string Model);

/// <summary>
/// The sessions of all instances, in Redis. A session lives for <c>SESSION_TIMEOUT</c> from its last use and survives restarts of the service. Redis is only the
/// clock of it: when it loses one, the conversation is still there and another session can be begun in it.
/// </summary>
internal sealed partial class Sessions(RedisClient? redis, TimeSpan lifetime, ILogger<Sessions> log)
{
    public TimeSpan Lifetime => lifetime;

    public async Task KeepAsync(Session session, CancellationToken ct) =>
        await CallAsync(new RedisCommand("SET", Key(session.Id), JsonSerializer.Serialize(session, WireJson.Options), "EX", Seconds), ct);

    /// <summary>Null when there is none, its time is up, or it is another's. Using it lets it live on.</summary>
    public async Task<Session?> UseAsync(Guid id, Guid owner, CancellationToken ct) => Of((await CallAsync(new RedisCommand("GETEX", Key(id), "EX", Seconds), ct)).AsString(), owner);

    /// <summary>A session and how long it lives still; looking does not lengthen that.</summary>
    public async Task<(Session Session, TimeSpan Left)?> SeeAsync(Guid id, Guid owner, CancellationToken ct)
    {
        var found = Of((await CallAsync(new RedisCommand("GET", Key(id)), ct)).AsString(), owner);
        if (found is null) return null;

        var left = (await CallAsync(new RedisCommand("TTL", Key(id)), ct)).AsLong();
        return left > 0 ? (found, TimeSpan.FromSeconds(left)) : null;
    }

    public async Task EndAsync(Guid id, CancellationToken ct) => await CallAsync(new RedisCommand("DEL", Key(id)), ct);

    private long Seconds => (long)lifetime.TotalSeconds;

    private static string Key(Guid id) => $"assistant:session:{id:N}";

    private static Session? Of(string? json, Guid owner) =>
        json is not null && JsonSerializer.Deserialize<Session>(json, WireJson.Options) is { } session && session.OwnerId == owner ? session : null;

    private async ValueTask<RedisReply> CallAsync(RedisCommand command, CancellationToken ct)
    {
        if (redis is null) throw new RuleException("SERVICE_UNAVAILABLE", "Sessions need Redis, and REDIS_URL is not set. Send all messages yourself, without session_id.");

        try
        {
            return await redis.CallAsync(command, ct);
        }
        catch (RedisException broken)
        {
            Unreachable(log, broken);
            throw new RuleException("SERVICE_UNAVAILABLE", "Sessions cannot be reached at the moment, because Redis does not answer. Try again shortly, or send all messages yourself, without session_id.");
        }
    }

    [LoggerMessage(LogLevel.Error, "Redis does not answer; sessions cannot be used")]
    private static partial void Unreachable(ILogger log, Exception broken);
}
