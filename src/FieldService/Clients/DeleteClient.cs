using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Properties;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Clients;

/// <summary>A client nothing was done for is deleted with their properties.</summary>
internal static class DeleteClient
{
    public static async Task<NoContent> Handle(ClientId id, CurrentUser user, Db db, CancellationToken ct)
    {
        var client = await ClientSql.FindForUpdate(db, user.Account, id, ct) ?? throw Missing.Of("client");

        // Nothing new can refer to the client while it is locked, so this count holds until the commit.
        var uses = await db.FirstAsync<InUse>($"""
            select (select count(*)::int from jobs where account_id = {user.Account} and client_id = {id}) as jobs,
                   (select count(*)::int from estimates where account_id = {user.Account} and client_id = {id}) as estimates,
                   (select count(*)::int from invoices where account_id = {user.Account} and client_id = {id}) as invoices,
                   (select count(*)::int from job_plans where account_id = {user.Account} and client_id = {id})
                   + (select count(*)::int from invoice_plans where account_id = {user.Account} and client_id = {id}) as plans
            """, ct);
        if (uses!.Any) throw ClientRules.IsInUse(uses);

        foreach (var property in await PropertySql.DeleteOfClient(db, user.Account, id, ct))
        {
            await AuditLog.Deleted(db, user, "property", property.Id, property, ct);
        }

        await ClientSql.Delete(db, client, ct);
        await AuditLog.Deleted(db, user, "client", id, client, ct);
        await db.CommitAsync(ct);

        return TypedResults.NoContent();
    }
}
