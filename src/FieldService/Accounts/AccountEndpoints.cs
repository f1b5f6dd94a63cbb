using Outpost.FieldService.Web;

namespace Outpost.FieldService.Accounts;

internal static class AccountEndpoints
{
    public static void MapAccount(this IEndpointRouteBuilder app)
    {
        var account = app.MapGroup("/api/v1/account").WithTags("Account");

        account.MapGet("", GetAccount.Handle).Requires(Ability.ReadAccount).WithVersion().WithSummary("The company: its name, time zone, currency, address and settings");
        account.MapPatch("", ChangeAccount.Handle).Requires(Ability.ManageAccount).Versioned(AccountSql.LockVersion).WithSummary("Change the company's data and settings");
    }
}
