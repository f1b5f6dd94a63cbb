using Outpost.FieldService.Web;

namespace Outpost.FieldService.Checklists;

internal static class ChecklistEndpoints
{
    public static void MapChecklists(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/v1/visits/{id}/checklists", AnswerChecklist.List).Requires(Ability.WorkVisits).WithTags("Checklists").WithSummary("What is to be looked at on a visit, and what was found");
        app.MapPut("/api/v1/visits/{id}/checklists/{checklist}", AnswerChecklist.Handle).Requires(Ability.WorkVisits).WithTags("Checklists").WithSummary("Write down what was found");

        var lists = app.MapGroup("/api/v1/checklists").WithTags("Checklists");

        lists.MapGet("", WriteChecklist.List).Requires(Ability.WorkVisits).WithSummary("The checklists of the company, those in use first");
        lists.MapPost("", WriteChecklist.Create).Requires(Ability.ManageJobs).WithSummary("Write a checklist for a kind of job");
        lists.MapPatch("/{id}", WriteChecklist.Change).Requires(Ability.ManageJobs).Versioned(ChecklistSql.LockVersion).WithSummary("Change a checklist, or take it out of use");
    }
}
