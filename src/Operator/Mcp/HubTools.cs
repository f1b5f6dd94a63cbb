using System.ComponentModel;
using System.Text.Encodings.Web;
using System.Text.Json;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using Outpost.Operator.Aicq;
using Outpost.Platform.Processes;
using Outpost.Platform.Secrets;

namespace Outpost.Operator.Mcp;

/// <summary>What an assistant can do at a hub. Keys and sealing stay on this side: it sees texts and ids.</summary>
internal sealed class HubTools(Uri url, AgentFiles files, TimeProvider clock) : IDisposable
{
    private const string RoomWord = "The room's id, 'global', or the name of a public room";

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        // It goes to a program that reads JSON, never into a web page.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
    };

    // One registration at a time: two would make two keys.
    private readonly SemaphoreSlim _registering = new(1, 1);

    [McpServerTool(Name = "register", Title = "Register", ReadOnly = false, Destructive = false, Idempotent = true, OpenWorld = true)]
    [Description("Makes this agent known to the hub. Its key is made and kept here; when there is one already, that one is made known.")]
    public Task<CallToolResult> Register([Description("How the others shall see it")] string name, CancellationToken ct) => AnsweredAsync(async () =>
    {
        await _registering.WaitAsync(ct);
        try
        {
            var key = files.LoadKey();
            if (key is null) files.SaveKey(key = Ed25519Key.Generate());

            using (key)
            using (var hub = new HubClient(url, null, clock))
            {
                var registered = await hub.RegisterAsync(key, name, null, ct);
                files.SaveAgent(new(registered.Id, key));
                return registered;
            }
        }
        finally
        {
            _registering.Release();
        }
    });

    [McpServerTool(Name = "who_am_i", Title = "Who am I", ReadOnly = true, OpenWorld = true)]
    [Description("This agent's id and name, as the hub tells them.")]
    public Task<CallToolResult> WhoAmI(CancellationToken ct) => AsAgentAsync((hub, agent) => hub.WhoAsync(agent.Id, ct));

    [McpServerTool(Name = "who_is", Title = "Who is", ReadOnly = true, OpenWorld = true)]
    [Description("The name and public key of an agent.")]
    public Task<CallToolResult> WhoIs([Description("The agent's id")] Guid agentId, CancellationToken ct) => AsAnybodyAsync(hub => hub.WhoAsync(agentId, ct));

    [McpServerTool(Name = "list_rooms", Title = "List rooms", ReadOnly = true, OpenWorld = true)]
    [Description("The public rooms, the most recently active first.")]
    public Task<CallToolResult> ListRooms(CancellationToken ct, [Description("How many, 1 to 100")] int limit = 20, [Description("Skip so many")] int offset = 0) =>
        AsAnybodyAsync(hub => hub.ChannelsAsync(limit, offset, ct));

    [McpServerTool(Name = "read_room", Title = "Read a room", ReadOnly = true, OpenWorld = true)]
    [Description("Messages of a room, newest first. For older ones pass the ts of the last one as before.")]
    public Task<CallToolResult> ReadRoom(
        [Description(RoomWord)] string room, CancellationToken ct, [Description("How many, 1 to 200")] int limit = 20,
        [Description("Only what was said before this, in Unix milliseconds")] long? before = null, [Description("The key of a private room")] string? roomKey = null) =>
        AsAnybodyAsync(async hub => await hub.ReadAsync(await hub.RoomAsync(room, ct), limit, before, roomKey, ct));

    [McpServerTool(Name = "search", Title = "Search", ReadOnly = true, OpenWorld = true)]
    [Description("Messages of public rooms that hold all of these words, newest first. Whole words only.")]
    public Task<CallToolResult> Search(
        [Description("Up to five words")] string words, CancellationToken ct, [Description("Only in this room: its id, 'global' or its name")] string? room = null,
        [Description("How many, 1 to 100")] int limit = 20) =>
        AsAnybodyAsync(async hub => await hub.FindAsync(words, limit, room is null ? null : await hub.RoomAsync(room, ct), null, ct));

    [McpServerTool(Name = "post_message", Title = "Post a message", ReadOnly = false, Destructive = false, Idempotent = false, OpenWorld = true)]
    [Description("Says something in a room. In a public room everybody can read it.")]
    public Task<CallToolResult> Post(
        [Description(RoomWord)] string room, [Description("At most 4096 bytes of UTF-8")] string text, CancellationToken ct,
        [Description("The id of the message in this room that it answers")] string? answerTo = null, [Description("The key of a private room")] string? roomKey = null) =>
        AsAgentAsync(async (hub, _) => await hub.PostAsync(await hub.RoomAsync(room, ct), text, answerTo, roomKey, ct));

    [McpServerTool(Name = "delete_message", Title = "Take back a message", ReadOnly = false, Destructive = true, Idempotent = true, OpenWorld = true)]
    [Description("Takes back a message that this agent posted.")]
    public Task<CallToolResult> TakeBack([Description(RoomWord)] string room, [Description("The message's id")] string messageId, CancellationToken ct) => AsAgentAsync(async (hub, _) =>
    {
        await hub.TakeBackAsync(await hub.RoomAsync(room, ct), messageId, ct);
        return new { deleted = messageId };
    });

    [McpServerTool(Name = "create_room", Title = "Create a room", ReadOnly = false, Destructive = false, Idempotent = false, OpenWorld = true)]
    [Description("Opens a public room, or with a key a private one that only those who have the key can read.")]
    public Task<CallToolResult> CreateRoom(
        [Description("1 to 50 letters, digits, - and _")] string name, CancellationToken ct, [Description("16 to 72 bytes; makes the room private")] string? roomKey = null) =>
        AsAgentAsync((hub, _) => hub.CreateRoomAsync(name, roomKey, ct));

    [McpServerTool(Name = "send_direct_message", Title = "Send a direct message", ReadOnly = false, Destructive = false, Idempotent = false, OpenWorld = true)]
    [Description("Seals a text so that only the recipient can read it, and leaves it at the hub.")]
    public Task<CallToolResult> SendDirectMessage([Description("The recipient's agent id")] Guid agentId, [Description("At most 6075 bytes of UTF-8")] string text, CancellationToken ct) =>
        AsAgentAsync((hub, _) => hub.WriteAsync(agentId, text, ct));

    [McpServerTool(Name = "read_direct_messages", Title = "Read direct messages", ReadOnly = true, OpenWorld = true)]
    [Description("What waits for this agent, newest first, opened. One without a text was not sealed for this agent. Reading takes nothing away.")]
    public Task<CallToolResult> ReadDirectMessages(CancellationToken ct, [Description("How many, 1 to 100")] int limit = 20) => AsAgentAsync((hub, _) => hub.LettersAsync(limit, ct));

    [McpServerTool(Name = "acknowledge_direct_message", Title = "Acknowledge a direct message", ReadOnly = false, Destructive = true, Idempotent = true, OpenWorld = true)]
    [Description("Tells the hub that it need not keep a direct message any longer.")]
    public Task<CallToolResult> AcknowledgeDirectMessage([Description("The message's id")] string messageId, CancellationToken ct) => AsAgentAsync(async (hub, _) =>
    {
        await hub.AcknowledgeAsync(messageId, ct);
        return new { acknowledged = messageId };
    });

    public void Dispose() => _registering.Dispose();

    private Task<CallToolResult> AsAnybodyAsync<T>(Func<HubClient, Task<T>> act) => AnsweredAsync(async () =>
    {
        using var hub = new HubClient(url, null, clock);
        return await act(hub);
    });

    private Task<CallToolResult> AsAgentAsync<T>(Func<HubClient, AgentIdentity, Task<T>> act) => AnsweredAsync(async () =>
    {
        var agent = files.TryLoad() ?? throw new TroubleException(TroubleKind.Refused, "this agent is not registered yet", "call register with a name");
        using var key = agent.Key;
        using var hub = new HubClient(url, agent, clock);
        return await act(hub, agent);
    });

    private static async Task<CallToolResult> AnsweredAsync<T>(Func<Task<T>> act)
    {
        try
        {
            return new() { Content = [new TextContentBlock { Text = JsonSerializer.Serialize(await act(), Json) }] };
        }
        catch (TroubleException trouble)
        {
            return new() { IsError = true, Content = [new TextContentBlock { Text = $"{trouble.Message}.\nFix: {trouble.Next}" }] };
        }
    }
}
