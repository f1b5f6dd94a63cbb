using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Properties;

/// <summary>A property where nothing was done is deleted.</summary>
internal static class DeleteProperty
{
    public static async Task<NoContent> Handle(PropertyId id, CurrentUser user, Db db, CancellationToken ct)
    {
        var property = await PropertySql.FindForUpdate(db, user.Account, id, ct) ?? throw Missing.Of("property");
        if (await PropertySql.UsesOfLocked(db, property, ct) is { Any: true } uses) throw PropertyRules.IsInUse(uses);

        await PropertySql.Delete(db, property, ct);
        await AuditLog.Deleted(db, user, "property", id, property, ct);
        await db.CommitAsync(ct);

        return TypedResults.NoContent();
    }
}
