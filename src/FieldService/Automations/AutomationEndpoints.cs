using Outpost.FieldService.Web;

namespace Outpost.FieldService.Automations;

internal static class AutomationEndpoints
{
    public static void MapAutomations(this IEndpointRouteBuilder app)
    {
        var automations = app.MapGroup("/api/v1/automations").WithTags("Automations");

        automations.MapGet("", ListAutomations.Handle).Requires(Ability.ManageMessages).WithSummary("What is done by itself, and how often it was");
        automations.MapPost("", CreateAutomation.Handle).Requires(Ability.ManageMessages).WithVersion().WithSummary("Have something done by itself");
        automations.MapGet("/events", ListEvents.Handle).Requires(Ability.ManageMessages).WithSummary("What automations have said, newest first");
        automations.MapPost("/preview", PreviewAutomation.OfConfig).Requires(Ability.ManageMessages).WithSummary("When an automation that is not made yet would speak");
        automations.MapGet("/{id}", GetAutomation.Handle).Requires(Ability.ManageMessages).WithVersion().WithSummary("One automation");
        automations.MapPatch("/{id}", ChangeAutomation.Handle).Requires(Ability.ManageMessages).Versioned(AutomationSql.LockVersion).WithSummary("Change or switch an automation");
        automations.MapDelete("/{id}", DeleteAutomation.Handle).Requires(Ability.DeleteAutomations).Versioned(AutomationSql.LockVersion).WithSummary("Remove an automation");
        automations.MapPost("/{id}/run", RunAutomation.Handle).Requires(Ability.ManageMessages).WithSummary("Have an automation look at once");
        automations.MapGet("/{id}/preview", PreviewAutomation.OfOne).Requires(Ability.ManageMessages).WithSummary("When an automation will speak, to the second, across the next change of the clocks");
    }
}
