using System.Text;
using Outpost.Aicq.Limits;
using Outpost.Aicq.Signatures;
using Outpost.Aicq.Stores;
using Outpost.Aicq.Web;

namespace Outpost.Aicq.Rooms;

/// <summary>An agent opens a room, for everybody or for those who know its key.</summary>
internal static partial class CreateRoom
{
    public static async Task Handle(HttpContext http, Gate gate, Verifier verifier, HubDatabase database, Overview overview, TimeProvider clock, ILogger<Room> log, CancellationToken ct)
    {
        if (await verifier.VerifyAsync(http, ct) is not { } signed || !await gate.AdmitAsync(http, signed, Rule.CreateRoom, ct)) return;

        var request = JsonIn.Parse(signed.Body, ["name", "key"], ["is_private"]);
        var name = request?.Text("name").Trim().Normalize(NormalizationForm.FormC) ?? "";
        var isPrivate = request?.Flag("is_private") ?? false;
        var key = request?.Text("key") ?? "";
        if ((request is null ? RoomRules.NotJson : RoomRules.Of(name, isPrivate, key)) is { } refusal)
        {
            await refusal.SendAsync(http);
            return;
        }

        var hash = isPrivate ? await Task.Run(() => Bcrypt.Hash(key), ct) : null;
        var id = Guid.NewGuid();
        await database.WriteAsync((db, stop) => RoomSql.AddAsync(db, id, name, hash, signed.Agent.Id, clock.GetUtcNow(), stop), ct);
        overview.Changed();
        Created(log, id, isPrivate);
        await http.SendAsync(
            JsonOut.Rent().Raw("{\"id\":"u8).Text(id.ToString()).Raw(",\"name\":"u8).Text(name).Raw(",\"is_private\":"u8).Raw(isPrivate ? "true}"u8 : "false}"u8), StatusCodes.Status201Created);
    }

    [LoggerMessage(LogLevel.Information, "room {Room} created")]
    private static partial void Created(ILogger log, Guid room, bool isPrivate);
}
