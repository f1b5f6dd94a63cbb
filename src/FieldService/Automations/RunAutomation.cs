using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Automations;

/// <summary>Somebody wants an automation to look now; the worker does it within a moment.</summary>
internal static class RunAutomation
{
    public sealed record Response(bool Success, AutomationId Id, bool Triggered, string Message);

    public static async Task<Ok<One<Response>>> Handle(AutomationId id, CurrentUser user, Db db, TimeProvider clock, CancellationToken ct)
    {
        var automation = await AutomationSql.FindForUpdate(db, user.Account, id, ct) ?? throw Missing.Of("automation");
        if (!automation.Enabled) throw AutomationRules.IsDisabled();

        var triggered = await AutomationSql.Save(db, automation with { NextRunAt = clock.GetUtcNow() }, ct);
        await AuditLog.Updated(db, user, "automation_run", id, automation, triggered, ct);
        await db.CommitAsync(ct);

        return Answers.Ok(new Response(true, id, true, "The worker looks at its next poll."));
    }
}
