using Outpost.Assistant.Web;

namespace Outpost.Assistant.People;

internal static class PeopleEndpoints
{
    public static void MapPeople(this IEndpointRouteBuilder app)
    {
        var auth = app.MapGroup("/api/auth").WithTags("Signing in");

        auth.MapPost("/login", SignIn.Handle).AllowAnonymous().CountsAs(CallKind.SignIn).WithSummary("Sign in with e-mail and password");
        auth.MapPost("/logout", SignOut.Handle).Requires(Ability.BeSignedIn).WithSummary("End this sign-in");
        auth.MapGet("/me", SeeOneself.Handle).Requires(Ability.BeSignedIn).WithSummary("Who one is, and what one may do");
    }
}
