using Outpost.FieldService.Web;
using Outpost.Platform.Http;

namespace Outpost.FieldService.Imports;

internal static class ImportEndpoints
{
    public static void MapImports(this IEndpointRouteBuilder app)
    {
        var imports = app.MapGroup("/api/v1/imports").WithTags("Imports");

        // A little more than the largest file, so that one that is too large is told so rather than cut off.
        imports.MapPost("/clients", ImportClients.Handle).Requires(Ability.ManageClients).WithBodyLimit(Sheet.Largest + 1).WithSummary("Take in clients and their places: the body is a CSV file; dry_run=true only says what would be done");
        imports.MapPost("/price-book", ImportItems.Handle).Requires(Ability.ManageMoney).WithBodyLimit(Sheet.Largest + 1).WithSummary("Take in the price book by code: the body is a CSV file; dry_run=true only says what would be done");
    }
}
