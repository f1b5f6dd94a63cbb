using Npgsql;
using Outpost.Platform.Redis;

namespace Outpost.Platform.Health;

/// <summary>Something a service needs in order to work.</summary>
/// <param name="Name">Its key under <c>checks</c>: <c>db</c>.</param>
/// <param name="Probe">Returns when it works and throws when it does not. Must heed its token; it is given two seconds.</param>
public sealed record HealthCheck(string Name, Func<CancellationToken, Task> Probe)
{
    /// <summary>The database answers a query.</summary>
    public static HealthCheck Database(NpgsqlDataSource source, string name = "db") => new(name, async ct =>
    {
        await using var command = source.CreateCommand("select 1");
        await command.ExecuteScalarAsync(ct);
    });

    /// <summary>Redis answers.</summary>
    public static HealthCheck Redis(RedisClient client, string name = "redis") => new(name, async ct => await client.CallAsync(new RedisCommand("PING"), ct));
}

/// <summary>What one check found.</summary>
/// <param name="Problem">Null when it passed; otherwise one sentence without secrets, for answers that show it.</param>
public sealed record HealthFinding(string Name, TimeSpan Latency, string? Problem)
{
    public bool Passed => Problem is null;
}

/// <summary>The findings of one moment.</summary>
/// <param name="Draining">The host takes no new work: it is about to end.</param>
public sealed record HealthReport(IReadOnlyList<HealthFinding> Findings, bool Draining)
{
    public bool Ok => !Draining && Passed;

    /// <summary>All checks passed.</summary>
    public bool Passed { get; } = Findings.All(finding => finding.Passed);
}
