using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Validation;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.ApiKeys;

/// <summary>Somebody gives a key a better name. What a key may cannot be changed: make another and revoke this one.</summary>
internal static class RenameApiKey
{
#pragma warning disable ASP0029 // it is only ever laid over a key, so no endpoint takes it as a body and the generator has to be told
    [ValidatableType]
#pragma warning restore ASP0029
    public sealed record Request([property: Required, StringLength(100)] string Name);

    public static async Task<Ok<One<ApiKey>>> Handle(ApiKeyId id, Patch<Request> patch, CurrentUser user, Db db, CancellationToken ct)
    {
        var key = await ApiKeySql.FindForUpdate(db, user.Account, id, ct) ?? throw Missing.Of("API key");
        var change = await patch.OverAsync(new(key.Name), ct);
        if (change.Name == key.Name) return Answers.Ok(key);

        var changed = await ApiKeySql.Save(db, key with { Name = change.Name }, ct);
        await AuditLog.Updated(db, user, "api_key", id, key, changed, ct);
        await db.CommitAsync(ct);

        return Answers.Ok(changed);
    }
}
