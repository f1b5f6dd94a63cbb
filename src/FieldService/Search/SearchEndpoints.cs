using Outpost.FieldService.Web;

namespace Outpost.FieldService.Search;

internal static class SearchEndpoints
{
    public static void MapSearch(this IEndpointRouteBuilder app) => app.MapGroup("/api/v1/search").WithTags("Search")
        .MapGet("", FindEverywhere.Handle).Requires(Ability.ReadJobs).WithSummary("The best few of everything that has these words; a technician finds their own jobs");
}
