using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Outpost.Platform.Telemetry;

namespace Outpost.Platform.Health;

/// <summary>What a service with a database shows of it.</summary>
public static class DatabaseHealth
{
    /// <summary>The check <c>db</c>, and the series <c>postgres_active_connections</c>: the server's connections to this database, whoever holds them.</summary>
    /// <param name="source">The app role's connections; null for the one that is registered.</param>
    public static IServiceCollection AddDatabaseHealth(this IServiceCollection services, NpgsqlDataSource? source = null) => services
        .AddSingleton(host => HealthCheck.Database(source ?? host.GetRequiredService<NpgsqlDataSource>()))
        .AddSingleton(host => new SampledGauge(
            "postgres.active_connections", null, "Connections to this database, of all clients.", ct => CountAsync(source ?? host.GetRequiredService<NpgsqlDataSource>(), ct)));

    private static async Task<double?> CountAsync(NpgsqlDataSource source, CancellationToken ct)
    {
        await using var command = source.CreateCommand("select count(*)::float8 from pg_stat_activity where datname = current_database()");
        return (double?)await command.ExecuteScalarAsync(ct);
    }
}
