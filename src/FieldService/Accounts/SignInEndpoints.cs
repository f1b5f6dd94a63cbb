using Outpost.FieldService.Web;

namespace Outpost.FieldService.Accounts;

internal static class SignInEndpoints
{
    public static void MapSignIn(this IEndpointRouteBuilder app)
    {
        var auth = app.MapGroup("/api/v1/auth").WithTags("Sign-in");

        auth.MapPost("/login", SignIn.Handle).AllowAnonymous().WithSummary("Sign in with e-mail and password");
        auth.MapPost("/logout", SignOut.Handle).Requires(Ability.BeSignedIn).WithSummary("End this session");
        auth.MapGet("/me", WhoAmI.Handle).Requires(Ability.SeeOneself).WithSummary("Who is signed in");
    }
}
