using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Clients;

/// <summary>The office corrects what it knows of a client.</summary>
internal static class ChangeClient
{
    public static async Task<Ok<One<Client>>> Handle(ClientId id, Patch<CreateClient.Request> patch, CurrentUser user, Db db, CancellationToken ct)
    {
        if (patch.IsEmpty) throw ClientRules.NothingToChange();

        var client = await ClientSql.FindForUpdate(db, user.Account, id, ct) ?? throw Missing.Of("client");
        var change = await patch.OverAsync(new(
            client.Name, client.CompanyName, client.Email, client.Phone, client.AddressLine1, client.City, client.State, client.Zip, client.Notes)
        {
            Country = client.Country,
            TaxId = client.TaxId,
            Reference = client.Reference,
        }, ct);

        var changed = await ClientSql.Save(db, client with
        {
            Name = change.Name,
            CompanyName = change.CompanyName,
            Email = change.Email,
            Phone = change.Phone,
            AddressLine1 = change.AddressLine1,
            City = change.City,
            State = change.State,
            Zip = change.Zip,
            Notes = change.Notes,
            Country = change.Country,
            TaxId = change.TaxId,
            Reference = change.Reference,
        }, ct);
        await AuditLog.Updated(db, user, "client", id, client, changed, ct);
        await db.CommitAsync(ct);

        return Answers.Ok(changed);
    }
}
