using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Audit;

/// <summary>Whether the company's history is what was written: no row changed, removed, slipped in or put elsewhere.</summary>
internal static class VerifyAudit
{
    /// <param name="Holds">True when nothing is wrong.</param>
    /// <param name="Rows">How many rows fit, from the first on.</param>
    /// <param name="Head">To be written down elsewhere and handed back as <c>head</c> another time.</param>
    /// <param name="FirstBadSeq">Where it begins to be wrong; null when it holds.</param>
    public sealed record Response(bool Holds, long Rows, string? Head, long? FirstBadSeq, string? Problem);

    public static async Task<Ok<One<Response>>> Handle(string? head, CurrentUser user, ReadDb db, CancellationToken ct)
    {
        ChainHead? kept = null;
        if (!string.IsNullOrEmpty(head)) kept = ChainHead.TryParse(head, out var read) ? read : throw AuditRules.NoHead();

        var verdict = await AuditChain.VerifyAsync(db, user.Account, kept, ct);
        return Answers.Ok(new Response(verdict.Fault is null, verdict.Rows, verdict.Head?.ToString(), verdict.Fault?.Seq, verdict.Fault?.Message));
    }
}
