using System.Reflection;

namespace Outpost.FieldService.Web;

/// <summary>
/// The description of the API for programs, <c>docs/api/openapi.json</c> of this build. A test writes it from the routes and sees that the service answers as it
/// says; a generator at run time would cost every installation memory for what never changes.
/// </summary>
internal static class OpenApiFile
{
    private const string Name = "openapi.json";

    public static void MapOpenApi(this IEndpointRouteBuilder app) =>
        app.MapGet("/api/v1/openapi.json", Handle).AllowAnonymous().WithTags("Service").WithSummary("This API as OpenAPI 3.1");

    private static IResult Handle(HttpContext http)
    {
        http.Response.Headers.CacheControl = "public, max-age=3600";
        return TypedResults.Stream(Assembly.GetExecutingAssembly().GetManifestResourceStream(Name)!, "application/json");
    }
}
