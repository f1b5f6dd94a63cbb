using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Automations;

/// <summary>What automations have said, as the audit log has it.</summary>
internal static class ListEvents
{
    private static readonly string[] Everything = [.. Words<AutomationType>.All];

    public sealed record Filter
    {
        public string? Type { get; init; }
    }

    public sealed record Row(Guid Id, Guid AccountId, string EntityType, Guid EntityId, string Action, Guid? ActorId, JsonNode? NewValue, Guid? TraceId, DateTimeOffset CreatedAt, string Summary);

    internal sealed record Found(Guid Id, Guid AccountId, string EntityType, Guid EntityId, string Action, Guid? ActorId, string? NewValue, Guid? TraceId, DateTimeOffset CreatedAt);

    public static async Task<Ok<Page<Row>>> Handle([AsParameters] Paging paging, [AsParameters] Filter filter, CurrentUser user, ReadDb db, CancellationToken ct)
    {
        var types = ListParameters.Word<AutomationType>(filter.Type, "type") is { } type ? [Words<AutomationType>.Of(type)] : Everything;
        Sql asked = $"account_id = {user.Account} and entity_type = any ({types})";

        var (rows, total) = await db.PageAsync<Found>(
            $"""
            select id, account_id, entity_type, entity_id, action, actor_id, new_value::text as new_value, trace_id, created_at from audit_log
            where {asked}
            order by created_at desc, id desc
            {paging.Window}
            """,
            $"select count(*) from audit_log where {asked}", ct);
        return Answers.Page(paging, (rows.ConvertAll(Shown), total));
    }

    private static Row Shown(Found found)
    {
        var value = found.NewValue is null ? null : JsonNode.Parse(found.NewValue);
        return new(found.Id, found.AccountId, found.EntityType, found.EntityId, found.Action, found.ActorId, value, found.TraceId, found.CreatedAt, Summary(found.EntityType, value));
    }

    private static string Summary(string type, JsonNode? value) => type switch
    {
        "visit_reminder" => $"Reminder to {value?["client_name"]} of {value?["job_title"]}",
        "invoice_followup" => $"Invoice {value?["invoice_number"]} of {value?["client_name"]}: {value?["days_overdue_step"]} days overdue",
        "estimate_followup" => $"Estimate for {value?["client_name"]}: {value?["days_after_step"]} days after it was sent",
        _ => $"Request to {value?["client_name"]} for a review of {value?["job_title"]}",
    };
}
