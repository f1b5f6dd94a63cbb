using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Messages;

/// <summary>What was said to clients and what waits to be, with the reason where it was not. The texts are left to the single message.</summary>
internal static class ListMessages
{
    private static readonly Sorting Sorting = new("created_at", descending: true,
        ("created_at", $"m.created_at, m.id", $"m.created_at desc, m.id desc"),
        ("next_attempt_at", $"m.next_attempt_at, m.id", $"m.next_attempt_at desc, m.id desc"));

    public sealed record Filter
    {
        public string? Status { get; init; }

        public string? Channel { get; init; }

        public string? Rule { get; init; }

        [FromQuery(Name = "client_id")]
        public string? ClientId { get; init; }

        [FromQuery(Name = "subject_id")]
        public string? SubjectId { get; init; }

        [FromQuery(Name = "automation_id")]
        public string? AutomationId { get; init; }

        public string? Q { get; init; }

        public string? Sort { get; init; }

        public string? Order { get; init; }
    }

    public sealed record Row(
        Guid Id, Guid AccountId, string Rule, Guid? AutomationId, string SubjectType, Guid SubjectId, string Occurrence, string Channel, Guid? ClientId, string? ClientName, string? Recipient,
        string Status, string? Reason, string? Title, int Attempts, DateTimeOffset NextAttemptAt, DateTimeOffset ExpiresAt, DateTimeOffset? SentAt, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt,
        int Version);

    public static async Task<Ok<Page<Row>>> Handle([AsParameters] Paging paging, [AsParameters] Filter filter, CurrentUser user, ReadDb db, CancellationToken ct)
    {
        var status = ListParameters.Word<MessageStatus>(filter.Status, "status");
        var channel = ListParameters.Word<Channel>(filter.Channel, "channel");
        var (client, subject, automation) = (ListParameters.Id(filter.ClientId, "client_id"), ListParameters.Id(filter.SubjectId, "subject_id"), ListParameters.Id(filter.AutomationId, "automation_id"));
        var search = ListParameters.Search(filter.Q);
        var rule = string.IsNullOrEmpty(filter.Rule) || filter.Rule.Contains('\0') ? null : filter.Rule;
        var order = Sorting.By(filter.Sort, filter.Order);
        Sql asked = $"""
            m.account_id = {user.Account}
            {Sql.If(status is not null, $"and m.status = {status}")}
            {Sql.If(channel is not null, $"and m.channel = {channel}")}
            {Sql.If(rule is not null, $"and m.rule = {rule}")}
            {Sql.If(client is not null, $"and m.client_id = {client}")}
            {Sql.If(subject is not null, $"and m.subject_id = {subject}")}
            {Sql.If(automation is not null, $"and m.automation_id = {automation}")}
            {(search is null ? null : (Sql)$"and lower(concat_ws(' ', m.recipient, m.title)) like {search.Pattern}")}
            """;

        return Answers.Page(paging, await db.PageAsync<Row>(
            $"""
            select m.id, m.account_id, m.rule, m.automation_id, m.subject_type, m.subject_id, m.occurrence, m.channel, m.client_id, c.name as client_name, m.recipient, m.status, m.reason, m.title,
                   m.attempts, m.next_attempt_at, m.expires_at, m.sent_at, m.created_at, m.updated_at, m.version
            from messages m left join clients c on c.account_id = m.account_id and c.id = m.client_id
            where {asked}
            order by {order}
            {paging.Window}
            """,
            $"select count(*) from messages m where {asked}", ct));
    }
}
