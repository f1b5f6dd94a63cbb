using Microsoft.Extensions.DependencyInjection;
using Outpost.Platform.Redis;

namespace Outpost.Platform.Health;

/// <summary>What a service with a Redis shows of it.</summary>
public static class RedisHealth
{
    /// <summary>The check <c>redis</c>: it answers <c>PING</c>.</summary>
    /// <param name="client">Null for the one that is registered.</param>
    public static IServiceCollection AddRedisHealth(this IServiceCollection services, RedisClient? client = null) =>
        services.AddSingleton(host => HealthCheck.Redis(client ?? host.GetRequiredService<RedisClient>()));
}
