using Outpost.FieldService.Web;

namespace Outpost.FieldService.Documents;

internal static class DocumentEndpoints
{
    public static void MapDocuments(this IEndpointRouteBuilder app) =>
        app.MapPost("/api/v1/documents/preview", PreviewDocument.Handle).WithTags("Documents").Requires(Ability.ManageMoney).WithSummary("What an estimate or an invoice would come to");
}
