namespace Outpost.Aicq.Search;

internal static class SearchEndpoints
{
    public static void MapSearch(this IEndpointRouteBuilder app) => app.MapGet("/find", Find.Handle).WithSummary("Messages that hold some words");
}
