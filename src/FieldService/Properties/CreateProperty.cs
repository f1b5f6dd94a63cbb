using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Clients;
using Outpost.FieldService.Schedule;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Properties;

/// <summary>A client has another place to work at.</summary>
internal static class CreateProperty
{
    public sealed record Request(
        [property: Required] ClientId? ClientId,
        [property: StringLength(255)] string? Name,
        [property: Required, StringLength(500)] string Address,
        [property: StringLength(100)] string? City,
        [property: StringLength(100)] string? State,
        [property: StringLength(20)] string? Zip,
        [property: StringLength(5000)] string? Notes,
        [property: StringLength(64)] string? TimeZone = null,
        [property: Range(-90.0, 90.0)] double? Latitude = null,
        [property: Range(-180.0, 180.0)] double? Longitude = null)
    {
        /// <exception cref="Kernel.RuleException">VALIDATION_ERROR</exception>
        public void SeeThatThePlaceIsOne()
        {
            if (TimeZone is not null) SiteTime.Zone(TimeZone);
            if (Latitude is null != Longitude is null) throw PropertyRules.HalfAPlace(Latitude is null ? "latitude" : "longitude");
        }
    }

    public static async Task<Created<One<Property>>> Handle(Request request, CurrentUser user, Db db, CancellationToken ct)
    {
        request.SeeThatThePlaceIsOne();
        var property = await PropertySql.Insert(db, new(
            PropertyId.New(), user.Account, request.ClientId!.Value, request.Name, request.Address, request.City, request.State, request.Zip, request.Notes,
            default, default) { TimeZone = request.TimeZone, Latitude = request.Latitude, Longitude = request.Longitude }, ct);
        await AuditLog.Inserted(db, user, "property", property.Id, property, ct);
        await db.CommitAsync(ct);

        return Answers.Created($"/api/v1/properties/{property.Id.Value}", property);
    }
}
