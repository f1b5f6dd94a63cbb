using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Estimates;

/// <summary>All revisions of an estimate, the latest first; any of them names the whole family.</summary>
internal static class ListRevisions
{
    public sealed record Row(
        Guid Id, string? EstimateNumber, int Revision, string Status, Money TotalCents, Money? DepositCents, DateOnly? ExpiresOn, string? ContentHash, DateTimeOffset? SentAt,
        DateTimeOffset? DecidedAt, DateTimeOffset? SupersededAt, Guid CreatedBy, DateTimeOffset CreatedAt, int Version);

    public static async Task<Ok<One<List<Row>>>> Handle(EstimateId id, CurrentUser user, ReadDb db, CancellationToken ct)
    {
        var revisions = await db.ListAsync<Row>($"""
            select r.id, r.estimate_number, r.revision, r.status, r.total_cents, r.deposit_cents, r.expires_on, encode(r.content_hash, 'hex') as content_hash, r.sent_at,
                   r.decided_at, r.superseded_at, r.created_by, r.created_at, r.version
            from estimates e
            join estimates r on r.account_id = e.account_id and r.family_id = e.family_id
            where e.account_id = {user.Account} and e.id = {id}
            order by r.revision desc
            """, ct);

        return revisions is [] ? throw Missing.Of("estimate") : Answers.Ok(revisions);
    }
}
