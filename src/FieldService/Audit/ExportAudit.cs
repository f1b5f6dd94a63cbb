using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Audit;

/// <summary>The company's whole history as a file that can be checked anywhere: <c>outpost audit verify --file</c>.</summary>
internal static class ExportAudit
{
    public static PushStreamHttpResult Handle(CurrentUser user, ReadDb db, HttpContext http, CancellationToken ct)
    {
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Stream(to => AuditFile.WriteAsync(to, AuditChain.LinksAsync(db, user.Account, ct), ct), AuditFile.ContentType, "audit.jsonl");
    }
}
