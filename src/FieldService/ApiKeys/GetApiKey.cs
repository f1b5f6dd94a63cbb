using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.ApiKeys;

/// <summary>One key of the company.</summary>
internal static class GetApiKey
{
    public static async Task<Ok<One<ApiKey>>> Handle(ApiKeyId id, CurrentUser user, ReadDb db, CancellationToken ct) =>
        Answers.Ok(await db.ReadAsync(
            [$"select {ApiKeySql.Columns} from api_keys k where k.account_id = {user.Account} and k.id = {id}"],
            (sets, token) => sets.FirstAsync(ApiKeySql.Read, token), ct) ?? throw Missing.Of("API key"));
}
