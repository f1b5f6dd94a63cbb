using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Audit;

/// <summary>Who did what, newest first.</summary>
internal static class ListAudit
{
    private static readonly Sorting Sorting = new("created_at", descending: true, ("created_at", $"a.created_at, a.id", $"a.created_at desc, a.id desc"));

    public enum AuditAction { Insert, Update, Delete }

    public sealed record Filter
    {
        [FromQuery(Name = "entity_type")]
        public string? EntityType { get; init; }

        [FromQuery(Name = "entity_id")]
        public string? EntityId { get; init; }

        /// <summary>The id of a user, or of the automation that acted.</summary>
        public string? Actor { get; init; }

        public string? Action { get; init; }

        /// <summary>The first instant that counts.</summary>
        public string? From { get; init; }

        /// <summary>The first instant that counts no longer.</summary>
        public string? To { get; init; }

        [FromQuery(Name = "trace_id")]
        public string? TraceId { get; init; }

        public string? Sort { get; init; }

        public string? Order { get; init; }
    }

    /// <param name="Seq">The row's place in the account's chain.</param>
    /// <param name="ActorName">Null when it was no person, or a person of long ago.</param>
    public sealed record Row(
        Guid Id, long Seq, string EntityType, Guid EntityId, string Action, Guid? ActorId, string? ActorName,
        [property: JsonConverter(typeof(JsonAsItIs))] string? OldValue, [property: JsonConverter(typeof(JsonAsItIs))] string? NewValue,
        Guid? TraceId, DateTimeOffset CreatedAt);

    public static async Task<Ok<Page<Row>>> Handle([AsParameters] Paging paging, [AsParameters] Filter filter, CurrentUser user, ReadDb db, CancellationToken ct)
    {
        var kind = Name(filter.EntityType);
        var thing = ListParameters.Id(filter.EntityId, "entity_id");
        var actor = ListParameters.Id(filter.Actor, "actor");
        var action = ListParameters.Word<AuditAction>(filter.Action, "action");
        var from = ListParameters.Instant(filter.From, "from");
        var to = ListParameters.Instant(filter.To, "to");
        var trace = ListParameters.Id(filter.TraceId, "trace_id");
        var order = Sorting.By(filter.Sort, filter.Order);
        if (to <= from) throw AuditRules.EndsBeforeItBegins();

        Sql asked = $"""
            a.account_id = {user.Account}
            {Sql.If(kind is not null, $"and a.entity_type = {kind}")}
            {Sql.If(thing is not null, $"and a.entity_id = {thing}")}
            {Sql.If(actor is not null, $"and a.actor_id = {actor}")}
            {Sql.If(action is not null, $"and a.action = {action}")}
            {Sql.If(from is not null, $"and a.created_at >= {from}")}
            {Sql.If(to is not null, $"and a.created_at < {to}")}
            {Sql.If(trace is not null, $"and a.trace_id = {trace}")}
            """;
        var isAll = kind is null && thing is null && actor is null && action is null && from is null && to is null && trace is null;
        Sql count = $"select count(*) from audit_log a where {asked}";
        // The chain has counted them already; years of history are not counted again for each page.
        Sql counted = $"select coalesce((select seq from audit_chain where account_id = {user.Account} order by seq desc limit 1), 0)";

        return Answers.Page(paging, await db.PageAsync<Row>(
            $"""
            select a.id, c.seq, a.entity_type, a.entity_id, a.action, a.actor_id, u.full_name as actor_name, a.old_value::text as old_value,
                   a.new_value::text as new_value, a.trace_id, a.created_at
            from (
              select * from audit_log a
              where {asked}
              order by {order}
              {paging.Window}
            ) a
            left join audit_chain c on c.account_id = a.account_id and c.audit_id = a.id
            left join users u on u.account_id = a.account_id and u.id = a.actor_id
            order by {order}
            """,
            isAll ? counted : count, ct));
    }

    private static string? Name(string? kind) => kind switch
    {
        null or "" => null,
        { Length: <= 100 } when kind.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-') => kind,
        _ => throw AuditRules.NoEntityType(),
    };

    /// <summary>What was kept as JSON is shown as JSON and not as text that holds some.</summary>
    internal sealed class JsonAsItIs : JsonConverter<string>
    {
        public override string Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            using var json = JsonDocument.ParseValue(ref reader);
            return json.RootElement.GetRawText();
        }

        public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteRawValue(value, skipInputValidation: true);
    }
}
