using System.ComponentModel;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using static Outpost.Operator.Mcp.FieldServiceApi;

namespace Outpost.Operator.Mcp;

/// <summary>The company's people, its clients and their properties.</summary>
internal sealed class ClientTools(FieldServiceApi api)
{
    [McpServerTool(Name = "who_am_i", Title = "Who am I", ReadOnly = true, OpenWorld = false)]
    [Description("On whose behalf these tools act: the person's name and role, the company, its time zone and currency. Call this first.")]
    public Task<CallToolResult> WhoAmI(CancellationToken ct) => api.GetAsync("api/v1/auth/me", ct);

    [McpServerTool(Name = "list_people", Title = "List people", ReadOnly = true, OpenWorld = false)]
    [Description("The people of the company with their ids and roles. A visit is assigned to one of them.")]
    public Task<CallToolResult> ListPeople(CancellationToken ct, [Description("Part of a name or e-mail")] string? query = null, [Description("How many, 1 to 100")] int limit = 50) =>
        api.GetAsync("api/v1/users", ct, ("status", "active"), ("q", query), ("limit", limit));

    [McpServerTool(Name = "search_clients", Title = "Search clients", ReadOnly = true, OpenWorld = false)]
    [Description("Clients whose name, company, e-mail or telephone holds the words, by name. Without words, all of them, page by page.")]
    public Task<CallToolResult> SearchClients(
        CancellationToken ct, [Description("Part of a name, company, e-mail or telephone number")] string? query = null, [Description("Page, from 1")] int page = 1,
        [Description("How many on a page, 1 to 100")] int limit = 20) => api.GetAsync("api/v1/clients", ct, ("q", query), ("page", page), ("limit", limit));

    [McpServerTool(Name = "get_client", Title = "Get a client", ReadOnly = true, OpenWorld = false)]
    [Description("Everything about one client, with notes and counts of jobs, estimates and invoices.")]
    public Task<CallToolResult> GetClient([Description("The client's id")] Guid clientId, CancellationToken ct) => api.GetAsync($"api/v1/clients/{clientId}", ct);

    [McpServerTool(Name = "create_client", Title = "Create a client", ReadOnly = false, Destructive = false, Idempotent = false, OpenWorld = false)]
    [Description("Takes on a new client. Search first: a client who is there already must not be made twice.")]
    public Task<CallToolResult> CreateClient(
        [Description("The person's or the company's name")] string name, CancellationToken ct, [Description("Company, where the name is a person's")] string? companyName = null,
        string? email = null, string? phone = null, [Description("Street and number")] string? addressLine1 = null, string? city = null, string? state = null, string? zip = null,
        [Description("What the office should know; the client does not see it")] string? notes = null) =>
        api.PostAsync("api/v1/clients", Body(
            ("name", name), ("company_name", companyName), ("email", email), ("phone", phone), ("address_line1", addressLine1), ("city", city), ("state", state), ("zip", zip),
            ("notes", notes)), null, ct);

    [McpServerTool(Name = "note_on_client", Title = "Write a note on a client", ReadOnly = false, Destructive = true, Idempotent = true, OpenWorld = false)]
    [Description("Replaces the notes the office keeps on a client. Read the client first and send the old notes along with what is added.")]
    public Task<CallToolResult> NoteOnClient([Description("The client's id")] Guid clientId, [Description("The notes as they shall read from now on")] string notes, CancellationToken ct) =>
        api.PatchAsync($"api/v1/clients/{clientId}", Body(("notes", notes)), ct);

    [McpServerTool(Name = "list_properties", Title = "List properties", ReadOnly = true, OpenWorld = false)]
    [Description("The places where work is done: of one client, or all whose name or address holds the words.")]
    public Task<CallToolResult> ListProperties(
        CancellationToken ct, [Description("Only this client's")] Guid? clientId = null, [Description("Part of a name or address")] string? query = null,
        [Description("Page, from 1")] int page = 1, [Description("How many on a page, 1 to 100")] int limit = 20) =>
        api.GetAsync("api/v1/properties", ct, ("client_id", clientId), ("q", query), ("page", page), ("limit", limit));

    [McpServerTool(Name = "create_property", Title = "Create a property", ReadOnly = false, Destructive = false, Idempotent = false, OpenWorld = false)]
    [Description("Adds a place where work is done for a client.")]
    public Task<CallToolResult> CreateProperty(
        [Description("Whose it is")] Guid clientId, [Description("Street and number")] string address, CancellationToken ct,
        [Description("What people call it: Lake house")] string? name = null, string? city = null, string? state = null, string? zip = null, string? notes = null) =>
        api.PostAsync("api/v1/properties", Body(
            ("client_id", Value(clientId)), ("address", address), ("name", name), ("city", city), ("state", state), ("zip", zip), ("notes", notes)), null, ct);
}
