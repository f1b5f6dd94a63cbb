using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Messages;

/// <summary>One message as the client read it. The text is there from the first attempt on, and for half a year.</summary>
internal static class GetMessage
{
    public sealed record Row(
        Guid Id, Guid AccountId, string Rule, Guid? AutomationId, string SubjectType, Guid SubjectId, string Occurrence, string Channel, Guid? ClientId, string? Recipient, string Status,
        string? Reason, string? Title, string? BodyText, string? BodyHtml, int Attempts, DateTimeOffset NextAttemptAt, DateTimeOffset ExpiresAt, DateTimeOffset? HandedOverAt, DateTimeOffset? SentAt,
        string? Answer, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, int Version) : IVersioned;

    public static async Task<Ok<One<Row>>> Handle(MessageId id, CurrentUser user, ReadDb db, CancellationToken ct) => Answers.Ok(await db.FirstAsync<Row>($"""
        select id, account_id, rule, automation_id, subject_type, subject_id, occurrence, channel, client_id, recipient, status, reason, title, body_text, body_html, attempts, next_attempt_at,
               expires_at, handed_over_at, sent_at, answer, created_at, updated_at, version
        from messages where account_id = {user.Account} and id = {id}
        """, ct) ?? throw Missing.Of("message"));
}
