using Outpost.FieldService.Web;

namespace Outpost.FieldService.Parts;

internal static class PartEndpoints
{
    public static void MapParts(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/v1/visits/{id}/parts", ListParts.Handle).Requires(Ability.WorkVisits).WithTags("Parts").WithSummary("What was used on a visit; only the office sees costs");
        app.MapPost("/api/v1/visits/{id}/parts", RecordPart.Handle).Requires(Ability.WorkVisits).WithTags("Parts").WithSummary("Record what was used; takes an Idempotency-Key");

        var parts = app.MapGroup("/api/v1/parts").WithTags("Parts");

        parts.MapGet("/{id}", ListParts.One).Requires(Ability.WorkVisits).WithVersion().WithSummary("One part; only the office sees its cost");
        parts.MapPatch("/{id}", ChangePart.Handle).Requires(Ability.WorkVisits).Versioned(PartSql.LockVersion).WithSummary("Correct a part; only the office changes cost and price");
        parts.MapDelete("/{id}", ChangePart.Delete).Requires(Ability.WorkVisits).Versioned(PartSql.LockVersion).WithSummary("Strike a part");
    }
}
