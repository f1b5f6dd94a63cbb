using Microsoft.Extensions.AI;
using Outpost.Assistant.Providers;
using Outpost.Assistant.Providers.Practice;

namespace Outpost.Assistant.Tests.Providers;

/// <summary>Every provider as the interface that other libraries know.</summary>
public sealed class EveryProviderAsChatClient(Practice practice) : IClassFixture<Practice>
{
    [Theory, MemberData(nameof(Practice.ApisBothWays), MemberType = typeof(Practice))]
    public async Task Answers_with_text_tools_and_usage(string api, bool stream)
    {
        practice.Server.Next(new Script { Text = "Let me see.", Tools = [new("weather", """{"city":"Bern"}""")], CacheRead = 3 });
        using var client = Client(api);
        List<ChatMessage> messages = [new(ChatRole.System, "Be brief."), new(ChatRole.User, [new TextContent("Weather?"), new DataContent(new byte[] { 1, 2, 3 }, "image/png")])];
        var options = new ChatOptions { MaxOutputTokens = 500, Tools = [AIFunctionFactory.CreateDeclaration("weather", "Tells it.", System.Text.Json.JsonElement.Parse("""{"type":"object"}"""))] };

        var answer = stream
            ? await client.GetStreamingResponseAsync(messages, options, TestContext.Current.CancellationToken).ToChatResponseAsync(TestContext.Current.CancellationToken)
            : await client.GetResponseAsync(messages, options, TestContext.Current.CancellationToken);

        Assert.Equal("Let me see.", answer.Text);
        var call = Assert.Single(answer.Messages.SelectMany(message => message.Contents).OfType<FunctionCallContent>());
        Assert.Equal(("weather", "Bern"), (call.Name, call.Arguments!["city"]!.ToString()));
        Assert.Equal(ChatFinishReason.ToolCalls, answer.FinishReason);
        var billed = practice.Server.Calls[^1].Billed;
        Assert.Equal((billed.Input, billed.Output, 3L), (answer.Usage!.InputTokenCount, answer.Usage.OutputTokenCount, answer.Usage.CachedInputTokenCount));
    }

    [Theory, MemberData(nameof(Practice.Apis), MemberType = typeof(Practice))]
    public async Task Takes_back_the_result_of_a_tool(string api)
    {
        practice.Server.Next(new Script { Text = "It rains in Bern." });
        using var client = Client(api);
        List<ChatMessage> messages =
        [
            new(ChatRole.User, "Weather?"),
            new(ChatRole.Assistant, [new FunctionCallContent("call_1", "weather", new Dictionary<string, object?> { ["city"] = "Bern" })]),
            new(ChatRole.Tool, [new FunctionResultContent("call_1", "rain")]),
        ];

        var answer = await client.GetResponseAsync(messages, new() { MaxOutputTokens = 500 }, TestContext.Current.CancellationToken);

        Assert.Equal("It rains in Bern.", answer.Text);
        // Three turns, the call and its result were understood as such over there, or they would count as nothing.
        Assert.True(practice.Server.Calls[^1].Input >= 12 + 4 + 6, $"{practice.Server.Calls[^1].Input} tokens");
    }

    private IChatClient Client(string api) => new ProviderChatClient(practice.Provider(api), Practice.ModelOf(api), TimeProvider.System);
}
