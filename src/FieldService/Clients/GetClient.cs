using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Clients;

/// <summary>One client, and how much there is for them.</summary>
internal static class GetClient
{
    public sealed record Row(
        Guid Id, Guid AccountId, string Name, string? CompanyName, string? Email, string? Phone, string? AddressLine1, string? City, string? State, string? Zip,
        string? Notes, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, int PropertyCount, int JobCount, int EstimateCount, int InvoiceCount,
        int Version, string? Country, string? TaxId, string? Reference) : IVersioned;

    public static async Task<Ok<One<Row>>> Handle(ClientId id, CurrentUser user, ReadDb db, CancellationToken ct) =>
        Answers.Ok(await db.FirstAsync<Row>($"""
            select c.id, c.account_id, c.name, c.company_name, c.email, c.phone, c.address_line1, c.city, c.state, c.zip, c.notes, c.created_at, c.updated_at,
                   (select count(*)::int from properties p where p.account_id = c.account_id and p.client_id = c.id) as property_count,
                   (select count(*)::int from jobs j where j.account_id = c.account_id and j.client_id = c.id) as job_count,
                   (select count(*)::int from estimates e where e.account_id = c.account_id and e.client_id = c.id) as estimate_count,
                   (select count(*)::int from invoices i where i.account_id = c.account_id and i.client_id = c.id) as invoice_count,
                   c.version, c.country, c.tax_id, c.reference
            from clients c
            where c.account_id = {user.Account} and c.id = {id}
            """, ct) ?? throw Missing.Of("client"));
}
