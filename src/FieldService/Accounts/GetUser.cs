using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Accounts;

/// <summary>One person of the company.</summary>
internal static class GetUser
{
    public static async Task<Ok<One<ListUsers.Row>>> Handle(UserId id, CurrentUser user, ReadDb db, CancellationToken ct) =>
        Answers.Ok(await db.FirstAsync<ListUsers.Row>($"""
            select id, account_id, email, full_name, phone, role, deactivated_at, created_at, updated_at, version from users
            where account_id = {user.Account} and id = {id}
            """, ct) ?? throw Missing.Of("user"));
}
