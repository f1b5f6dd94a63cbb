using Outpost.FieldService.Web;

namespace Outpost.FieldService.Properties;

internal static class PropertyEndpoints
{
    public static void MapProperties(this IEndpointRouteBuilder app)
    {
        var properties = app.MapGroup("/api/v1/properties").WithTags("Properties");

        properties.MapGet("", ListProperties.Handle).Requires(Ability.ReadClients).WithSummary("Properties, by address");
        properties.MapPost("", CreateProperty.Handle).Requires(Ability.ManageClients).WithSummary("Add a property of a client");
        properties.MapGet("/export", ExportProperties.Handle).Requires(Ability.ManageClients).WithSummary("Properties as CSV");
        properties.MapGet("/{id}", GetProperty.Handle).Requires(Ability.ReadClients).WithVersion().WithSummary("One property");
        properties.MapPatch("/{id}", ChangeProperty.Handle).Requires(Ability.ManageClients).Versioned(PropertySql.LockVersion).WithSummary("Change a property");
        properties.MapDelete("/{id}", DeleteProperty.Handle).Requires(Ability.ManageClients).Versioned(PropertySql.LockVersion).WithSummary("Delete a property where nothing was done");
    }
}
