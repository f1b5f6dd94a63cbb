using Microsoft.AspNetCore.Http.HttpResults;

namespace Outpost.FieldService.Accounts;

/// <summary>Who is signed in and for which company.</summary>
internal static class WhoAmI
{
    public sealed record Response(Guid Id, string Email, string FullName, string Role, Guid AccountId, string AccountName, string TimeZone, string Currency);

    public static Ok<Response> Handle(CurrentUser user) => TypedResults.Ok(new Response(
        user.Id.Value, user.Email, user.FullName, Kernel.Words<UserRole>.Of(user.Role), user.Account.Value, user.AccountName, user.TimeZone, user.Currency));
}
