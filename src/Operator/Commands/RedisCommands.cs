using System.CommandLine;
using System.Globalization;
using Outpost.Operator.Runtimes;
using Outpost.Platform.Configuration;
using Outpost.Platform.Processes;
using Outpost.Platform.Redis;

namespace Outpost.Operator.Commands;

/// <summary><c>outpost redis …</c>: whether the cache answers, and how full it is.</summary>
public static class RedisCommands
{
    public static Command Create(Func<Settings> settings)
    {
        var data = UpCommand.DataOption();
        var json = new Option<bool>("--json") { Description = "One JSON document" };

        var ping = new Command("ping", "Whether Redis answers, and within how many milliseconds") { data };
        ping.SetAction(async (words, ct) =>
        {
            await using var redis = Client(Over(settings(), words.GetValue(data)));
            return await ToldAsync(async () =>
            {
                await redis.CallAsync(new("PING"), ct);
                var started = TimeProvider.System.GetTimestamp();
                await redis.CallAsync(new("PING"), ct);
                await words.InvocationConfiguration.Output.WriteLineAsync(string.Create(
                    CultureInfo.InvariantCulture, $"{redis.Url} answers in {TimeProvider.System.GetElapsedTime(started).TotalMilliseconds:0.00} ms"));
                return ExitCodes.Ok;
            });
        });

        var memory = new Command("memory", "The memory that Redis uses, and how many keys it holds") { data, json };
        memory.SetAction(async (words, ct) =>
        {
            await using var redis = Client(Over(settings(), words.GetValue(data)));
            var (keys, used) = await ToldAsync(() => SizeAsync(redis, ct));
            await words.InvocationConfiguration.Output.WriteLineAsync(words.GetValue(json)
                ? CommandJson.Of(new { Keys = keys, Memory = used })
                : string.Create(CultureInfo.InvariantCulture, $"{used} in {keys} keys"));
            return ExitCodes.Ok;
        });
        return new("redis", "See how Redis is") { ping, memory };
    }

    /// <summary>The settings with the Redis of an installation that keeps its own below them.</summary>
    internal static Settings Over(Settings settings, string? asked)
    {
        var data = DataDirectory.Of(asked, settings);
        if (settings["REDIS_URL"] is not null || !File.Exists(data.Secrets)) return settings;

        return RunRecord.OfRunning(data) is null
            ? throw new TroubleException(TroubleKind.Refused, $"the Redis in {data.Path} does not run", asked is null ? "outpost up --detach" : $"outpost up --detach --data {data.Path}")
            : settings.With(("REDIS_URL", data.Redis.Url(SecretsFile.Open(data.Secrets).Password("REDIS_PASSWORD"))));
    }

    internal static RedisClient Client(Settings settings) => new(RedisUrl.Parse("REDIS_URL", settings.Required("REDIS_URL", "set it to redis://host:6379/0, or run outpost up")), new() { Authorities = RedisAuthorities.Of(settings) });

    /// <summary>What Redis refuses, or the way to it, in the operator's words.</summary>
    internal static async Task<T> ToldAsync<T>(Func<Task<T>> act)
    {
        try
        {
            return await act();
        }
        catch (RedisException failed)
        {
            throw new TroubleException(TroubleKind.Failed, failed.Message, "see that Redis runs and that REDIS_URL leads to it", inner: failed);
        }
    }

    internal static async Task<(long Keys, string Memory)> SizeAsync(RedisClient redis, CancellationToken ct)
    {
        var answers = await redis.CallAsync(new RedisCommand[] { new("DBSIZE"), new("INFO", "memory") }, ct);
        var line = answers[1].OrThrow().AsString()!.Split("\r\n").FirstOrDefault(l => l.StartsWith("used_memory_human:", StringComparison.Ordinal));
        return (answers[0].OrThrow().AsLong(), line?.Split(':')[1] ?? "?");
    }
}
