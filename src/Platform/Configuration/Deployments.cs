namespace Outpost.Platform.Configuration;

/// <summary>
/// When a key has to be set. With nothing set at all <c>outpost up</c> keeps its own PostgreSQL and Redis; whoever names one of them, or
/// says that this is a production, has to name them all, so that nothing is quietly kept in a place nobody looks after.
/// </summary>
internal static class Deployments
{
    public static string? NeedsDatabase(Settings settings) =>
        settings["FSM_DATABASE_URL"] is not null ? null
        : settings["POSTGRES_DB"] is not null || settings["POSTGRES_USER"] is not null || settings["POSTGRES_PASSWORD"] is not null ? "POSTGRES_DB, POSTGRES_USER or POSTGRES_PASSWORD is set"
        : settings["DATABASE_OWNER_URL"] is not null ? "DATABASE_OWNER_URL is set"
        : Alone(settings) ? "this is a production; to keep the database in a directory of this machine instead, set OUTPOST_DATA"
        : null;

    public static string? NeedsPostgresPassword(Settings settings) =>
        settings["POSTGRES_DB"] is not null || settings["POSTGRES_USER"] is not null ? "the container needs it to make POSTGRES_USER" : null;

    public static string? NeedsRedis(Settings settings) => settings.Production && UsesServers(settings) ? "this is a production with DATABASE_URL" : null;

    public static string? NeedsAuthSecret(Settings settings) =>
        UsesServers(settings) ? "every process that uses the database has to know the same one"
        : Alone(settings) ? "this is a production"
        : null;

    private static bool UsesServers(Settings settings) => settings["DATABASE_URL"] is not null || settings["FSM_DATABASE_URL"] is not null;

    private static bool Alone(Settings settings) => settings.Production && settings["OUTPOST_DATA"] is null;
}
