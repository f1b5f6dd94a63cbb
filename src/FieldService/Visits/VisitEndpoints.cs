using Outpost.FieldService.Web;

namespace Outpost.FieldService.Visits;

internal static class VisitEndpoints
{
    public static void MapVisits(this IEndpointRouteBuilder app)
    {
        var visits = app.MapGroup("/api/v1/visits").WithTags("Visits");

        visits.MapGet("", ListVisits.Handle).Requires(Ability.ReadJobs).WithSummary("Visits by start; a technician sees their own");
        visits.MapGet("/export", ExportVisits.Handle).Requires(Ability.ManageJobs).WithSummary("Visits as CSV");
        visits.MapGet("/{id}", GetVisit.Handle).Requires(Ability.ReadJobs).WithVersion().WithSummary("One visit");
        visits.MapPatch("/{id}", ChangeVisit.Handle).Requires(Ability.WorkVisits).Versioned(VisitSql.LockVersion).WithSummary("Change a visit; a technician changes the notes only");
        visits.MapPost("/{id}/reschedule", RescheduleVisit.Handle).Requires(Ability.ManageJobs).Versioned(VisitSql.LockVersion)
            .WithSummary("Move a visit to another time or to others; takes an Idempotency-Key");
        visits.MapPost("/{id}/transition", TransitionVisit.Handle).Requires(Ability.WorkVisits).Versioned(VisitSql.LockVersion).WithSummary("Arrive, complete or cancel");
    }
}
