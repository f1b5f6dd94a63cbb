using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Properties;

/// <summary>One property, its client, and how much was done there.</summary>
internal static class GetProperty
{
    public sealed record Row(
        Guid Id, Guid AccountId, Guid ClientId, string ClientName, string? Name, string Address, string? City, string? State, string? Zip, string? Notes,
        DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, int JobCount, int VisitCount, int Version, string? TimeZone, double? Latitude, double? Longitude) : IVersioned;

    public static async Task<Ok<One<Row>>> Handle(PropertyId id, CurrentUser user, ReadDb db, CancellationToken ct) =>
        Answers.Ok(await db.FirstAsync<Row>($"""
            select p.id, p.account_id, p.client_id, c.name as client_name, p.name, p.address, p.city, p.state, p.zip, p.notes, p.created_at, p.updated_at,
                   (select count(*)::int from jobs j where j.account_id = p.account_id and j.property_id = p.id) as job_count,
                   (select count(*)::int from jobs j join visits v on v.account_id = j.account_id and v.job_id = j.id
                    where j.account_id = p.account_id and j.property_id = p.id) as visit_count,
                   p.version, p.time_zone, p.latitude, p.longitude
            from properties p
            join clients c on c.account_id = p.account_id and c.id = p.client_id
            where p.account_id = {user.Account} and p.id = {id}
            """, ct) ?? throw Missing.Of("property"));
}
