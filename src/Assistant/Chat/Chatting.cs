using System.Globalization;
using Outpost.Platform.Configuration;
using Outpost.Platform.Health;
using Outpost.Platform.Redis;
using Outpost.Platform.Telemetry;

namespace Outpost.Assistant.Chat;

internal static class Chatting
{
    /// <exception cref="SettingsException">REDIS_URL or SESSION_TIMEOUT is wrong.</exception>
    public static IServiceCollection AddChat(this IServiceCollection services, Settings settings)
    {
        services.AddSingleton<Turns>();
        var lifetime = TimeSpan.FromSeconds(settings["SESSION_TIMEOUT"] is not { } text ? 3600
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 1 and <= 2_592_000 ? seconds
            : throw new SettingsException(new SettingsProblem("SESSION_TIMEOUT", "is no number of seconds", "set SESSION_TIMEOUT to seconds such as 3600")));
        if (settings["REDIS_URL"] is not { } address) return services.AddSingleton(host => new Sessions(null, lifetime, host.GetRequiredService<ILogger<Sessions>>()));

        var url = RedisUrl.Parse("REDIS_URL", address);
        var options = new RedisOptions { Authorities = RedisAuthorities.Of(settings) };
        services.AddSingleton(host => new RedisClient(url, options, host.GetRequiredService<ILogger<RedisClient>>(), host.GetRequiredService<TimeProvider>()));
        services.AddSingleton(host => new Sessions(host.GetRequiredService<RedisClient>(), lifetime, host.GetRequiredService<ILogger<Sessions>>()));
        services.AddSingleton(host => new HealthCheck("redis", async ct => await host.GetRequiredService<RedisClient>().CallAsync(new RedisCommand("PING"), ct)));
        return services.AddSingleton(host => new SampledGauge(
            "redis.memory_used", "By", "Memory that Redis uses, of all clients.", async ct => MemoryOf((await host.GetRequiredService<RedisClient>().CallAsync(new RedisCommand("INFO", "memory"), ct)).AsString())));
    }

    private static double? MemoryOf(string? info)
    {
        const string Line = "used_memory:";
        var at = info?.IndexOf(Line, StringComparison.Ordinal) ?? -1;
        if (at < 0) return null;

        var number = info!.AsSpan(at + Line.Length);
        var end = number.IndexOfAnyExceptInRange('0', '9');
        return double.TryParse(end < 0 ? number : number[..end], NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) ? bytes : null;
    }
}
