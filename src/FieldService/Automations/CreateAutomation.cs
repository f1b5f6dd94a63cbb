using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Automations;

/// <summary>From now on something is done by itself; there is one automation of a type.</summary>
internal static class CreateAutomation
{
    public sealed record Request([property: Required] AutomationType? Type, JsonObject? Config, bool? Enabled);

    public static async Task<Created<One<Automation>>> Handle(Request request, CurrentUser user, Db db, TimeProvider clock, CancellationToken ct)
    {
        var (type, config) = (request.Type!.Value, request.Config ?? []);
        AutomationKind.Of(type).Read(config);

        var now = clock.GetUtcNow();
        var automation = await AutomationSql.Insert(db, new(AutomationId.New(), user.Account, type, request.Enabled ?? true, config, now, null, 0, null, null, now, now, 1), ct);
        await AuditLog.Inserted(db, user, "automation", automation.Id, automation, ct);
        await db.CommitAsync(ct);

        return Answers.Created($"/api/v1/automations/{automation.Id.Value}", automation);
    }
}
