using Outpost.FieldService.Web;

namespace Outpost.FieldService.Estimates;

internal static class EstimateEndpoints
{
    public static void MapEstimates(this IEndpointRouteBuilder app)
    {
        var estimates = app.MapGroup("/api/v1/estimates").WithTags("Estimates");

        estimates.MapGet("", ListEstimates.Handle).Requires(Ability.ReadMoney).WithSummary("Estimates, newest first");
        estimates.MapPost("", CreateEstimate.Handle).Requires(Ability.ManageMoney).WithSummary("Draft an estimate");
        estimates.MapGet("/export", ExportEstimates.Handle).Requires(Ability.ReadMoney).WithSummary("Estimates as CSV");
        estimates.MapGet("/{id}", GetEstimate.Handle).Requires(Ability.ReadMoney).WithVersion().WithSummary("One estimate with its lines and taxes");
        estimates.MapPatch("/{id}", ChangeEstimate.Handle).Requires(Ability.ManageMoney).Versioned(EstimateSql.LockVersion).WithSummary("Change a draft, or the internal notes of a sent estimate");
        estimates.MapDelete("/{id}", DeleteEstimate.Handle).Requires(Ability.DeleteMoney).Versioned(EstimateSql.LockVersion).WithSummary("Delete a draft");
        estimates.MapPost("/{id}/transition", TransitionEstimate.Handle).Requires(Ability.ManageMoney).Versioned(EstimateSql.LockVersion).WithSummary("Send, approve or decline an estimate");
        estimates.MapPost("/{id}/letters", MailEstimate.Handle).Requires(Ability.ManageMoney).WithSummary("Send an estimate to the client by e-mail, with its PDF");
        estimates.MapGet("/{id}/revisions", ListRevisions.Handle).Requires(Ability.ReadMoney).WithSummary("All revisions of an estimate, the latest first");
        estimates.MapPost("/{id}/revisions", ReviseEstimate.Handle).Requires(Ability.ManageMoney).Versioned(EstimateSql.LockVersion).WithSummary("Make a new draft in place of what was sent");
    }
}
