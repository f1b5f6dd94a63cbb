using Outpost.FieldService.Properties;
using Outpost.FieldService.Web;

namespace Outpost.FieldService.Clients;

internal static class ClientEndpoints
{
    public static void MapClients(this IEndpointRouteBuilder app)
    {
        var clients = app.MapGroup("/api/v1/clients").WithTags("Clients");

        clients.MapGet("", ListClients.Handle).Requires(Ability.ReadClients).WithSummary("Clients, by name");
        clients.MapPost("", CreateClient.Handle).Requires(Ability.ManageClients).WithSummary("Take on a client");
        clients.MapGet("/export", ExportClients.Handle).Requires(Ability.ManageClients).WithSummary("Clients as CSV");
        clients.MapGet("/{id}", GetClient.Handle).Requires(Ability.ReadClients).WithVersion().WithSummary("One client and how much there is for them");
        clients.MapPatch("/{id}", ChangeClient.Handle).Requires(Ability.ManageClients).Versioned(ClientSql.LockVersion).WithSummary("Change a client");
        clients.MapDelete("/{id}", DeleteClient.Handle).Requires(Ability.ManageClients).Versioned(ClientSql.LockVersion).WithSummary("Delete a client nothing was done for");
        clients.MapPut("/{id}/wishes", StateWishes.Handle).Requires(Ability.ManageClients).WithSummary("Write down what a client wants to be sent, and what not");
        clients.MapGet("/{id}/properties", ListProperties.OfClient).Requires(Ability.ReadClients).WithSummary("The properties of a client");
    }
}
