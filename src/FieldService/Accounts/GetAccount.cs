using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Accounts;

/// <summary>The company itself, its settings with their defaults.</summary>
internal static class GetAccount
{
    public static async Task<Ok<One<Account>>> Handle(CurrentUser user, ReadDb db, CancellationToken ct) => Answers.Ok(
        (await db.ReadAsync([AccountSql.Find(user.Account)], (results, token) => results.FirstAsync(AccountSql.Read, token), ct) ?? throw Missing.Of("account")).Account);
}
