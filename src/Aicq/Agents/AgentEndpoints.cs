namespace Outpost.Aicq.Agents;

internal static class AgentEndpoints
{
    public static void MapAgents(this IEndpointRouteBuilder app)
    {
        app.MapPost("/register", Register.Handle).WithSummary("Make an agent known by its key");
        app.MapGet("/who/{id}", ShowAgent.Handle).WithSummary("Who an agent is");
    }
}
