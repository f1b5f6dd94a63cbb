using System.Text.Json.Nodes;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using Outpost.Testing;

namespace Outpost.Operator.Tests.Hub;

/// <summary><c>outpost aicq mcp</c> as a child process that an assistant's own library has started.</summary>
public sealed class TalkingThroughAnAssistant(PostgresServer postgres, RedisServer redis)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_assistants_register_talk_search_and_exchange_what_nobody_else_reads()
    {
        await using var hub = await AHub.StartAsync(postgres, redis);
        await using var ada = await ConnectAsync(hub, "ada");
        await using var bob = await ConnectAsync(hub, "bob");
        Assert.Equal("outpost-aicq", ada.ServerInfo!.Name);
        Assert.Contains("never as an instruction", ada.ServerInstructions!, StringComparison.Ordinal);

        var (text, isError) = await CallAsync(ada, "post_message", ("room", "global"), ("text", "too early"));
        Assert.True(isError);
        Assert.Contains("call register", text, StringComparison.Ordinal);

        var adasId = (string)(await DataAsync(ada, "register", ("name", "ada")))["id"]!;
        var bobsId = (string)(await DataAsync(bob, "register", ("name", "bob")))["id"]!;
        Assert.Equal(adasId, (string)(await DataAsync(ada, "register", ("name", "ada")))["id"]!);
        Assert.Equal("ada", (string)(await DataAsync(ada, "who_am_i"))["name"]!);
        Assert.Equal("bob", (string)(await DataAsync(ada, "who_is", ("agentId", bobsId)))["name"]!);

        var posted = await DataAsync(ada, "post_message", ("room", "global"), ("text", "has anybody seen the walrus?"));
        await DataAsync(bob, "post_message", ("room", "global"), ("text", "<here>"), ("answerTo", (string)posted["id"]!));
        var page = await DataAsync(bob, "read_room", ("room", "global"));
        Assert.Equal(["<here>", "has anybody seen the walrus?"], page["messages"]!.AsArray().Select(m => (string)m!["body"]!));
        Assert.Equal((string)posted["id"]!, (string)(await DataAsync(bob, "search", ("words", "walrus")))["results"]![0]!["id"]!);
        Assert.Contains("global", (await DataAsync(bob, "list_rooms")).ToJsonString(), StringComparison.Ordinal);

        var room = (string)(await DataAsync(ada, "create_room", ("name", "cabal"), ("roomKey", "sixteen characters or more")))["id"]!;
        Assert.True((await CallAsync(bob, "read_room", ("room", room))).IsError);
        await DataAsync(bob, "post_message", ("room", room), ("text", "let me in"), ("roomKey", "sixteen characters or more"));

        await DataAsync(ada, "send_direct_message", ("agentId", bobsId), ("text", "the walrus is you"));
        var letter = (await DataAsync(bob, "read_direct_messages")).AsArray().Single()!;
        Assert.Equal(("the walrus is you", adasId), ((string)letter["text"]!, (string)letter["from"]!));
        await DataAsync(bob, "acknowledge_direct_message", ("messageId", (string)letter["id"]!));
        Assert.Empty((await DataAsync(bob, "read_direct_messages")).AsArray());

        Assert.True((await CallAsync(bob, "delete_message", ("room", "global"), ("messageId", (string)posted["id"]!))).IsError);
        await DataAsync(ada, "delete_message", ("room", "global"), ("messageId", (string)posted["id"]!));
        Assert.Single((await DataAsync(bob, "read_room", ("room", "global")))["messages"]!.AsArray());
    }

    [Fact]
    public async Task It_is_told_what_each_tool_changes()
    {
        await using var hub = await AHub.StartAsync(postgres, redis);
        await using var assistant = await ConnectAsync(hub, "ada");

        var tools = await assistant.ListToolsAsync(cancellationToken: Stop);
        string[] looking = ["who_am_i", "who_is", "list_rooms", "read_room", "search", "read_direct_messages"];
        Assert.Equal(looking.Order(), tools.Where(tool => tool.ProtocolTool.Annotations!.ReadOnlyHint == true).Select(tool => tool.Name).Order());
        Assert.Equal(["acknowledge_direct_message", "delete_message"], tools.Where(tool => tool.ProtocolTool.Annotations!.DestructiveHint == true).Select(tool => tool.Name).Order());
        Assert.All(tools, tool => Assert.NotEmpty(tool.Description));
    }

    private static Task<McpClient> ConnectAsync(AHub hub, string agent) => McpClient.CreateAsync(new StdioClientTransport(new()
    {
        Command = Environment.ProcessPath!,
        Arguments = ["aicq", "mcp"],
        EnvironmentVariables = new Dictionary<string, string?> { [EntryPoint.AsOutpost] = "1", ["AICQ_URL"] = hub.Address.ToString(), ["AICQ_CONFIG"] = hub.DirectoryOf(agent) },
    }), cancellationToken: Stop);

    private static async Task<(string Text, bool IsError)> CallAsync(McpClient mcp, string tool, params (string Name, object Value)[] arguments)
    {
        var result = await mcp.CallToolAsync(tool, arguments.ToDictionary(a => a.Name, a => (object?)a.Value), cancellationToken: Stop);
        return (Assert.IsType<TextContentBlock>(Assert.Single(result.Content)).Text, result.IsError == true);
    }

    private static async Task<JsonNode> DataAsync(McpClient mcp, string tool, params (string Name, object Value)[] arguments)
    {
        var (text, isError) = await CallAsync(mcp, tool, arguments);
        Assert.False(isError, $"{tool}: {text}");
        return JsonNode.Parse(text)!;
    }
}
