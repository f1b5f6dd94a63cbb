using Npgsql;
using Outpost.Platform.Postgres;

namespace Outpost.Assistant.Web;

internal static class WebRegistration
{
    public static void AddWeb(this IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(json => WireJson.Configure(json.SerializerOptions));
        services.AddValidation();
        services.AddSingleton<CallLimits>();
        // One company per installation: there are no tenants, and no setting stands before a statement.
        services.AddScoped(host => new Db(host.GetRequiredService<NpgsqlDataSource>(), null));
        services.AddScoped(host => new ReadDb(host.GetRequiredService<NpgsqlDataSource>(), null));
    }
}
