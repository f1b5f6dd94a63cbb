using Npgsql;
using Outpost.Platform.Configuration;

namespace Outpost.Platform.Postgres;

/// <summary>The connections that one service shares among its requests.</summary>
public static class ServicePool
{
    /// <summary>A small machine runs a query faster than it juggles many; what does not get a connection at once waits for one.</summary>
    private static readonly int Largest = Math.Clamp(4 * Environment.ProcessorCount, 10, 20);

    /// <param name="service">What PostgreSQL shows as the application's name.</param>
    /// <param name="largest">How many connections at most; otherwise four for every core, but ten for what takes long, and never more than twenty.</param>
    public static NpgsqlDataSource Create(PostgresUrl url, string service, int? largest = null)
    {
        var connection = url.ToConnection();
        connection.ApplicationName ??= $"outpost {service}";
        connection.MaxPoolSize = largest ?? Largest;
        // Statements are parsed and planned once per connection. Settings are local to a transaction, so nothing has to be reset between two requests.
        connection.MaxAutoPrepare = 100;
        connection.AutoPrepareMinUsages = 2;
        connection.NoResetOnClose = true;
        // Every statement starts with an account and an id or a page of it, so one plan fits all values; making one anew costs more than running it.
        connection.Options = "-c plan_cache_mode=force_generic_plan";
        if (url.ConnectTimeout is null) connection.Timeout = 5;
        connection.CommandTimeout = 30;
        connection.GssEncryptionMode = GssEncryptionMode.Disable;
        if (!url.IsLocal) connection.KeepAlive = 30;
        return NpgsqlDataSource.Create(connection);
    }
}
