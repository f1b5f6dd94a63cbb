using Outpost.FieldService.Web;

namespace Outpost.FieldService.Signatures;

internal static class SignatureEndpoints
{
    public static void MapSignatures(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/v1/visits/{id}/signatures", SignVisit.List).Requires(Ability.WorkVisits).WithTags("Signatures").WithSummary("Who has signed what was done on a visit");
        app.MapPost("/api/v1/visits/{id}/signatures", SignVisit.Handle).Requires(Ability.WorkVisits).WithTags("Signatures")
            .WithSummary("Sign what was done, as the technician or the client; takes an Idempotency-Key");
    }
}
