using System.ClientModel;
using OpenAI;
using OpenAI.Chat;
using Outpost.Assistant.Providers.Practice;
using Outpost.Testing;

namespace Outpost.Assistant.Tests.Gateway;

/// <summary>A client that this project did not write is pointed at the gateway and changed in nothing else.</summary>
public sealed class TheOpenAiPackage(PostgresServer postgres)
{
    [Fact]
    public async Task Gets_whole_answers_streams_tools_models_vectors_and_errors()
    {
        await using var test = await AssistantUnderTest.StartAsync(postgres, null, ("COST_LIMIT_PER_REQUEST", "0.10"), ("COST_WARN_PER_REQUEST", "0.10"));
        var key = await test.KeyAsync(["gateway"]);
        var client = new OpenAIClient(new ApiKeyCredential(key.Text), new OpenAIClientOptions { Endpoint = new(test.Address, "v1") });
        var chat = client.GetChatClient("second");
        var ct = AssistantUnderTest.Stop;

        test.Provider.Next(new Script { Text = "Hello there" });
        var whole = (await chat.CompleteChatAsync([new SystemChatMessage("Be brief."), new UserChatMessage("Hello")], new() { MaxOutputTokenCount = 200 }, ct)).Value;
        Assert.Equal(("Hello there", ChatFinishReason.Stop), (whole.Content[0].Text, whole.FinishReason));
        Assert.True(whole.Usage.InputTokenCount > 0 && whole.Usage.OutputTokenCount > 0);

        test.Provider.Next(new Script { Text = "one two three" });
        var (text, total) = ("", 0);
        await foreach (var part in chat.CompleteChatStreamingAsync([new UserChatMessage("Count")], new() { MaxOutputTokenCount = 200 }, ct))
        {
            text += string.Concat(part.ContentUpdate.Select(content => content.Text));
            total = part.Usage?.TotalTokenCount ?? total;
        }

        Assert.Equal("one two three", text);
        Assert.True(total > 0);

        var weather = ChatTool.CreateFunctionTool("weather", "Says the weather", BinaryData.FromString("""{"type":"object","properties":{"city":{"type":"string"}}}"""));
        test.Provider.Next(new Script { Text = "", Tools = [new("weather", """{"city":"Bern"}""")] }, new Script { Text = "It rains." });
        List<ChatMessage> said = [new UserChatMessage("Weather in Bern?")];
        var call = (await chat.CompleteChatAsync(said, new() { Tools = { weather }, MaxOutputTokenCount = 200 }, ct)).Value;
        Assert.Equal(ChatFinishReason.ToolCalls, call.FinishReason);
        Assert.Equal("""{"city":"Bern"}""", call.ToolCalls[0].FunctionArguments.ToString());
        said.AddRange([new AssistantChatMessage(call), new ToolChatMessage(call.ToolCalls[0].Id, "rain")]);
        Assert.Equal("It rains.", (await chat.CompleteChatAsync(said, new() { Tools = { weather }, MaxOutputTokenCount = 200 }, ct)).Value.Content[0].Text);

        Assert.Contains("second", (await client.GetOpenAIModelClient().GetModelsAsync(ct)).Value.Select(model => model.Id));
        Assert.Equal(2, (await client.GetEmbeddingClient("vectors").GenerateEmbeddingsAsync(["one", "two"], cancellationToken: ct)).Value.Count);

        var refused = await Assert.ThrowsAsync<ClientResultException>(async () => await chat.CompleteChatAsync([new UserChatMessage(new string('x', 200_000))], new() { MaxOutputTokenCount = 8000 }, ct));
        Assert.Equal(402, refused.Status);
        Assert.Contains("may spend", refused.Message, StringComparison.Ordinal);
        await test.SettledAsync();
        Assert.Equal(test.Billed(), await test.ValueAsync<long>("select sum(cost)::bigint from charges"));
    }
}
