using Outpost.FieldService.Web;

namespace Outpost.FieldService.Audit;

internal static class AuditEndpoints
{
    public static void MapAudit(this IEndpointRouteBuilder app)
    {
        var audit = app.MapGroup("/api/v1/audit").WithTags("Audit");

        audit.MapGet("", ListAudit.Handle).Requires(Ability.ReadAudit).WithSummary("Who did what, newest first");
        audit.MapGet("/verify", VerifyAudit.Handle).Requires(Ability.ReadAudit).WithSummary("Whether the history is what was written");
        audit.MapGet("/export", ExportAudit.Handle).Requires(Ability.ReadAudit).WithSummary("The whole history as JSON lines, to be checked anywhere");
    }
}
