using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Validation;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Automations;

/// <summary>An automation is told something else, or switched on or off. What it is told is replaced as a whole. It looks at once.</summary>
internal static class ChangeAutomation
{
#pragma warning disable ASP0029 // the only way to have the rules of a form generated that no endpoint takes as its body
    [ValidatableType]
#pragma warning restore ASP0029
    public sealed record Request([property: Required] bool? Enabled, [property: Required] JsonObject? Config);

    public static async Task<Ok<One<Automation>>> Handle(AutomationId id, Patch<Request> patch, CurrentUser user, Db db, TimeProvider clock, CancellationToken ct)
    {
        if (patch.IsEmpty) throw AutomationRules.NothingToChange();

        var automation = await AutomationSql.FindForUpdate(db, user.Account, id, ct) ?? throw Missing.Of("automation");
        var change = await patch.OverAsync(new(automation.Enabled, automation.Config), ct);
        var config = change.Config!;
        AutomationKind.Of(automation.Type).Read(config);

        var changed = await AutomationSql.Save(db, automation with
        {
            Enabled = change.Enabled!.Value, Config = config, NextRunAt = clock.GetUtcNow(), Failures = 0, LastError = null, FailedAt = null,
        }, ct);
        await AuditLog.Updated(db, user, "automation", id, automation, changed, ct);
        await db.CommitAsync(ct);

        return Answers.Ok(changed);
    }
}
