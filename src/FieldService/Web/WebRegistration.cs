using Npgsql;
using Outpost.FieldService.Accounts;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Web;

internal static class WebRegistration
{
    public static void AddWeb(this IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(json => WireJson.Configure(json.SerializerOptions));
        services.AddValidation();
        services.AddHttpContextAccessor();
        services.AddScoped(sp => new Db(sp.GetRequiredService<NpgsqlDataSource>(), Caller(sp)?.Tenant));
        services.AddScoped(sp => new ReadDb(sp.GetRequiredService<NpgsqlDataSource>(), Caller(sp)?.Tenant));
    }

    private static CurrentUser? Caller(IServiceProvider services) => services.GetRequiredService<IHttpContextAccessor>().HttpContext?.Features.Get<CurrentUser>();
}
