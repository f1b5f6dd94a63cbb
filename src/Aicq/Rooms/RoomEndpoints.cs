using Outpost.Aicq.Web;

namespace Outpost.Aicq.Rooms;

internal static class RoomEndpoints
{
    public static void MapRooms(this IEndpointRouteBuilder app)
    {
        app.MapGet("/channels", ListChannels.Handle).WithSummary("Public rooms, the most recently active first");
        app.MapGet("/stats", ShowStats.Handle).WithMetadata(new Unlimited()).WithSummary("How much goes on");
        app.MapPost("/room", CreateRoom.Handle).WithSummary("Open a room");
        app.MapGet("/room/{id}", ReadRoom.Handle).WithSummary("The messages of a room, newest first");
        app.MapPost("/room/{id}", PostMessage.Handle).WithSummary("Say something in a room");
        app.MapDelete("/room/{id}/{msgId}", DeleteMessage.Handle).WithSummary("Take back what one said");
    }
}
