using Outpost.FieldService.Web;

namespace Outpost.FieldService.ApiKeys;

internal static class ApiKeyEndpoints
{
    public static void MapApiKeys(this IEndpointRouteBuilder app)
    {
        var keys = app.MapGroup("/api/v1/api-keys").WithTags("API keys");

        keys.MapGet("", ListApiKeys.Handle).Requires(Ability.ManageKeys).WithSummary("The API keys of the company, the newest first");
        keys.MapPost("", CreateApiKey.Handle).Requires(Ability.ManageKeys).WithVersion().WithSummary("Make an API key for oneself; it is shown this once");
        keys.MapGet("/{id}", GetApiKey.Handle).Requires(Ability.ManageKeys).WithVersion().WithSummary("One API key, without its secret");
        keys.MapPatch("/{id}", RenameApiKey.Handle).Requires(Ability.ManageKeys).Versioned(ApiKeySql.LockVersion).WithSummary("Rename an API key");
        keys.MapPost("/{id}/revocation", RevokeApiKey.Handle).Requires(Ability.ManageKeys).Versioned(ApiKeySql.LockVersion).WithSummary("Let an API key work no longer, from this moment on");
        keys.MapPost("/{id}/rotation", RotateApiKey.Handle).Requires(Ability.ManageKeys).Versioned(ApiKeySql.LockVersion)
            .WithSummary("Exchange one's API key for a new one, shown this once; the old one works on for a while");
    }
}
