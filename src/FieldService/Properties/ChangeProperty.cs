using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Properties;

/// <summary>The office corrects a property. It goes to another client only while nothing was done there.</summary>
internal static class ChangeProperty
{
    public static async Task<Ok<One<Property>>> Handle(PropertyId id, Patch<CreateProperty.Request> patch, CurrentUser user, Db db, CancellationToken ct)
    {
        var property = await PropertySql.FindForUpdate(db, user.Account, id, ct) ?? throw Missing.Of("property");
        if (patch.IsEmpty) return Answers.Ok(property);

        var change = await patch.OverAsync(new(
            property.ClientId, property.Name, property.Address, property.City, property.State, property.Zip, property.Notes, property.TimeZone, property.Latitude, property.Longitude), ct);
        change.SeeThatThePlaceIsOne();
        if (change.ClientId != property.ClientId && await PropertySql.UsesOfLocked(db, property, ct) is { Any: true } uses) throw PropertyRules.ClientIsFixed(uses);

        var changed = await PropertySql.Save(db, property with
        {
            ClientId = change.ClientId!.Value,
            Name = change.Name,
            Address = change.Address,
            City = change.City,
            State = change.State,
            Zip = change.Zip,
            Notes = change.Notes,
            TimeZone = change.TimeZone,
            Latitude = change.Latitude,
            Longitude = change.Longitude,
        }, ct);
        await AuditLog.Updated(db, user, "property", id, property, changed, ct);
        await db.CommitAsync(ct);

        return Answers.Ok(changed);
    }
}
