using System.Text.Json.Nodes;

namespace Outpost.FieldService.Webhooks;

/// <summary>
/// What a row of the audit log is called to the outside: a new status by its word (<c>invoice.paid</c>), the changes that people wait for by theirs
/// (<c>visit.rescheduled</c>), everything else <c>created</c>, <c>updated</c> or <c>deleted</c>.
/// </summary>
internal static class WebhookEvents
{
    /// <summary>A test call that somebody asked for.</summary>
    public const string Ping = "webhook.ping";

    private static readonly (string Entity, string[] Own)[] Things =
    [
        ("absence", []),
        ("account", []),
        ("api_key", []),
        ("automation", []),
        ("automation_run", []),
        ("billed_work", []),
        ("calendar_feed", []),
        ("checklist", []),
        ("client", []),
        ("credit_note", []),
        ("estimate", ["draft", "sent", "approved", "declined", "expired", "superseded"]),
        ("expense", []),
        ("invitation", []),
        ("invoice", ["draft", "sent", "partial", "paid", "overdue", "void"]),
        ("invoice_plan", ["active", "paused", "ended"]),
        ("job", ["draft", "quoted", "scheduled", "in_progress", "completed", "invoiced", "cancelled"]),
        ("job_plan", ["active", "paused", "ended"]),
        ("labour_rate", []),
        ("ledger_entry", []),
        ("message", []),
        ("message_template", []),
        ("part", []),
        ("payment", []),
        ("price_book_item", []),
        ("property", []),
        ("session", []),
        ("tax_group", []),
        ("tax_rate", []),
        ("time_entry", []),
        ("user", ["deactivated", "reactivated"]),
        ("visit", ["scheduled", "arrived", "in_progress", "completed", "cancelled", "rescheduled", "reassigned"]),
        ("visit_checklist", []),
        ("visit_photo", []),
        ("visit_signature", []),
        ("webhook", []),
        ("working_week", []),
    ];

    /// <summary>Every name that can be asked for.</summary>
    public static IReadOnlyList<string> All { get; } =
        [.. Things.SelectMany(thing => new[] { "created", "updated", "deleted" }.Concat(thing.Own).Select(what => $"{thing.Entity}.{what}")).Append(Ping).Order(StringComparer.Ordinal)];

    private static readonly HashSet<string> Known = [.. All];

    public static bool IsKnown(string? name) => name is not null && Known.Contains(name);

    /// <param name="action"><c>insert</c>, <c>update</c> or <c>delete</c>.</param>
    public static string NameOf(string entity, string action, JsonNode? before, JsonNode? after) => $"{entity}." + action switch
    {
        "insert" => "created",
        "delete" => "deleted",
        _ => Change(entity, before as JsonObject, after as JsonObject),
    };

    private static string Change(string entity, JsonObject? before, JsonObject? after)
    {
        bool Differs(string field) => after?.ContainsKey(field) == true && !JsonNode.DeepEquals(before?[field], after[field]);

        // A status that this list does not know is told as a change: better a plain name than one that nobody can ask for.
        if (Differs("status") && after!["status"]?.GetValueKind() is System.Text.Json.JsonValueKind.String && IsKnown($"{entity}.{after["status"]}")) return (string)after["status"]!;

        return entity switch
        {
            "visit" when Differs("scheduled_start") || Differs("scheduled_end") => "rescheduled",
            "visit" when Differs("assigned_user_id") => "reassigned",
            "user" when Differs("deactivated_at") => after!["deactivated_at"] is null ? "reactivated" : "deactivated",
            _ => "updated",
        };
    }
}
