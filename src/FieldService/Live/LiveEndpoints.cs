using Outpost.FieldService.Web;
using Outpost.Platform.Http;

namespace Outpost.FieldService.Live;

internal static class LiveEndpoints
{
    public static void AddLive(this IServiceCollection services)
    {
        services.AddSingleton<LiveFeeds>();
        services.AddHostedService(host => host.GetRequiredService<LiveFeeds>());
    }

    // For pages and their cookie only; programs have webhooks.
    public static void MapLive(this IEndpointRouteBuilder app) =>
        app.MapGet("/app/events", WatchChanges.Handle).Requires(Ability.ReadJobs).ExcludeFromDescription().Quiet();
}
