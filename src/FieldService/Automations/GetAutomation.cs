using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Automations;

/// <summary>One automation, and what keeps it from working if something does.</summary>
internal static class GetAutomation
{
    public static async Task<Ok<One<Automation>>> Handle(AutomationId id, CurrentUser user, Db db, CancellationToken ct) =>
        Answers.Ok(await AutomationSql.Find(db, user.Account, id, ct) ?? throw Missing.Of("automation"));
}
