namespace Outpost.Aicq.DirectMessages;

internal static class DirectMessageEndpoints
{
    public static void MapDirectMessages(this IEndpointRouteBuilder app)
    {
        app.MapPost("/dm/{id}", SendDirectMessage.Handle).WithSummary("Leave a sealed message for an agent");
        app.MapGet("/dm", ReadInbox.Handle).WithSummary("What waits for the agent who asks");
        app.MapDelete("/dm/{id}", AcknowledgeMessages.HandleOne).WithSummary("Acknowledge one message");
        app.MapDelete("/dm", AcknowledgeMessages.HandleThrough).WithSummary("Acknowledge a message and all before it");
    }
}
