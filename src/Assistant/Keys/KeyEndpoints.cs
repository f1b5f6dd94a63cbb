using Outpost.Assistant.Web;

namespace Outpost.Assistant.Keys;

internal static class KeyEndpoints
{
    public static void MapKeys(this IEndpointRouteBuilder app)
    {
        var keys = app.MapGroup("/api/keys").WithTags("API keys");

        keys.MapGet("", ListKeys.Handle).Requires(Ability.ManageKeys).WithSummary("All keys, those that work first");
        keys.MapPost("", MakeKey.Handle).Requires(Ability.ManageKeys).WithSummary("Make a key for a program; the key itself is shown this once");
        keys.MapPost("/{id:guid}/rotation", RotateKey.Handle).Requires(Ability.ManageKeys).WithSummary("Put a new secret in the place of the old one, which goes on for a while");
        keys.MapPut("/{id:guid}/limits", LimitKey.Handle).Requires(Ability.ManageKeys).WithSummary("Say what a key may spend");
        keys.MapDelete("/{id:guid}", RevokeKey.Handle).Requires(Ability.ManageKeys).WithSummary("End a key at once and for good");
    }
}
