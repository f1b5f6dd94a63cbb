using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Jobs;

/// <summary>One job with the names of whom and where it is for. A technician finds it only with a visit of theirs on it.</summary>
internal static class GetJob
{
    public sealed record Row(
        Guid Id, Guid AccountId, Guid ClientId, string ClientName, Guid? PropertyId, string? PropertyAddress, string Title, string? Description, string Status,
        int Priority, DateTimeOffset? ScheduledStart, DateTimeOffset? ScheduledEnd, Guid CreatedBy, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt,
        int Version) : IVersioned;

    public static async Task<Ok<One<Row>>> Handle(JobId id, CurrentUser user, ReadDb db, CancellationToken ct) =>
        Answers.Ok(await db.FirstAsync<Row>($"""
            select j.id, j.account_id, j.client_id, c.name as client_name, j.property_id, p.address as property_address, j.title, j.description, j.status,
                   j.priority, j.scheduled_start, j.scheduled_end, j.created_by, j.created_at, j.updated_at, j.version
            from jobs j
            join clients c on c.account_id = j.account_id and c.id = j.client_id
            left join properties p on p.account_id = j.account_id and p.id = j.property_id
            where j.account_id = {user.Account} and j.id = {id}
            {Sql.If(!user.IsOffice, $"and exists (select from visit_technicians t where t.account_id = {user.Account} and t.user_id = {user.Id} and t.job_id = {id})")}
            """, ct) ?? throw Missing.Of("job"));
}
