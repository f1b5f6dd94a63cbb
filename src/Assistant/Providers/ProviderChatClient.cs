using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Outpost.Assistant.Catalogue;

namespace Outpost.Assistant.Providers;

/// <summary>
/// A model of a provider as <see cref="IChatClient"/>, for everything that is made for that interface. It asks the provider and nobody else: no limit is looked at
/// and nothing is booked, so it is for code that stands behind the ledger.
/// </summary>
internal sealed class ProviderChatClient(IProvider provider, Model model, TimeProvider clock) : IChatClient
{
    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var updates = new List<ChatResponseUpdate>();
        await foreach (var update in UpdatesAsync(messages, options, stream: false, cancellationToken)) updates.Add(update);
        return updates.ToChatResponse();
    }

    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        UpdatesAsync(messages, options, stream: true, cancellationToken);

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is not null ? null
        : serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata(provider.Name, null, model.Id)
        : serviceType.IsInstanceOfType(this) ? this
        : null;

    public void Dispose()
    {
        // The connections belong to whoever made the provider.
    }

    private async IAsyncEnumerable<ChatResponseUpdate> UpdatesAsync(IEnumerable<ChatMessage> messages, ChatOptions? options, bool stream, [EnumeratorCancellation] CancellationToken ct)
    {
        var request = Request([.. messages], options, stream);
        var calls = new List<(string Id, string Name, System.Text.StringBuilder Arguments)>();
        var usage = default(Usage);
        string? id = null;
        await foreach (var step in provider.AnswerAsync(model, request, Guid.CreateVersion7(clock.GetUtcNow()), ct))
        {
            switch (step.Kind)
            {
                case AnswerEventKind.Started:
                    id = step.Id;
                    break;
                case AnswerEventKind.Text:
                    yield return Update(new TextContent(step.Text));
                    break;
                case AnswerEventKind.Thinking:
                    yield return Update(new TextReasoningContent(step.Text));
                    break;
                case AnswerEventKind.Signature:
                    yield return Update(new TextReasoningContent("") { ProtectedData = step.Text });
                    break;
                case AnswerEventKind.ToolCall:
                    calls.Add((step.Id!, step.Name!, new()));
                    break;
                case AnswerEventKind.ToolArguments:
                    calls[step.Index].Arguments.Append(step.Text);
                    break;
                case AnswerEventKind.Usage:
                    usage = step.Usage;
                    break;
                case AnswerEventKind.Finished:
                    foreach (var call in calls) yield return Update(new FunctionCallContent(call.Id, call.Name, Arguments(call.Arguments.ToString())));
                    var last = Update(new UsageContent(Details(usage)));
                    last.FinishReason = Reason(step.Reason);
                    yield return last;
                    break;
            }
        }

        ChatResponseUpdate Update(AIContent content) => new(ChatRole.Assistant, [content]) { ResponseId = id, MessageId = id, ModelId = model.Id };
    }

    private static ModelRequest Request(IReadOnlyList<ChatMessage> messages, ChatOptions? options, bool stream)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        var turns = messages.Select(message => Turn(message, names)).ToList();
        if (options?.Instructions is { Length: > 0 } instructions) turns.Insert(0, Message.System(instructions));
        var format = options?.ResponseFormat as ChatResponseFormatJson;
        return new()
        {
            Messages = turns,
            Stream = stream,
            MaxOutputTokens = options?.MaxOutputTokens,
            Temperature = options?.Temperature,
            TopP = options?.TopP,
            Stop = [.. options?.StopSequences ?? []],
            Tools = [.. (options?.Tools ?? []).OfType<AIFunctionDeclaration>().Select(tool => new Tool(tool.Name, tool.Description, tool.JsonSchema.GetRawText()))],
            ToolUse = options?.ToolMode switch
            {
                NoneChatToolMode => ToolUse.None,
                RequiredChatToolMode { RequiredFunctionName: not null } => ToolUse.One,
                RequiredChatToolMode => ToolUse.Required,
                _ => ToolUse.Auto,
            },
            ToolName = (options?.ToolMode as RequiredChatToolMode)?.RequiredFunctionName,
            ParallelToolCalls = options?.AllowMultipleToolCalls,
            Format = format is null ? null : new(format.Schema?.GetRawText(), format.SchemaName ?? "answer"),
        };
    }

    private static Message Turn(ChatMessage message, Dictionary<string, string> names)
    {
        var by = message.Role == ChatRole.System ? Speaker.System : message.Role == ChatRole.Assistant ? Speaker.Assistant : message.Role == ChatRole.Tool ? Speaker.Tool : Speaker.User;
        return new(by, [.. message.Contents.Select(content => Of(content, names)).OfType<Part>()]);
    }

    private static Part? Of(AIContent content, Dictionary<string, string> names)
    {
        switch (content)
        {
            case TextContent text:
                return new TextPart(text.Text);
            case TextReasoningContent thought:
                return new ThinkingPart(thought.Text, thought.ProtectedData);
            case DataContent data when data.HasTopLevelMediaType("image"):
                return new ImagePart(data.MediaType, data.Data);
            case DataContent data when data.MediaType == DocumentPart.MediaType:
                return new DocumentPart(data.Name ?? "document.pdf", data.Data);
            case UriContent link when link.HasTopLevelMediaType("image"):
                return new ImageLinkPart(link.Uri);
            case FunctionCallContent call:
                names[call.CallId] = call.Name;
                return new ToolCallPart(call.CallId, call.Name, JsonSerializer.Serialize(call.Arguments ?? new Dictionary<string, object?>(), AIJsonUtilities.DefaultOptions));
            case FunctionResultContent result:
                var told = result.Result as string ?? JsonSerializer.Serialize(result.Result, AIJsonUtilities.DefaultOptions);
                return new ToolResultPart(result.CallId, names.GetValueOrDefault(result.CallId, "tool"), told, result.Exception is not null);
            default:
                throw new NotSupportedException($"A model takes no {content.GetType().Name}.");
        }
    }

    private static Dictionary<string, object?> Arguments(string json) =>
        Wire.WireJson.IsObject(json) ? JsonSerializer.Deserialize<Dictionary<string, object?>>(json, AIJsonUtilities.DefaultOptions) ?? [] : [];

    private static UsageDetails Details(Usage usage) => new()
    {
        // The interface's convention is that of the APIs which count the cache as input.
        InputTokenCount = usage.Input,
        OutputTokenCount = usage.Output,
        TotalTokenCount = usage.Total,
        CachedInputTokenCount = usage.CacheRead,
        ReasoningTokenCount = usage.Reasoning,
        AdditionalCounts = usage.CacheWrite5m + usage.CacheWrite1h == 0 ? null : new() { ["CacheWrite5m"] = usage.CacheWrite5m, ["CacheWrite1h"] = usage.CacheWrite1h },
    };

    private static ChatFinishReason Reason(FinishReason reason) => reason switch
    {
        FinishReason.Stop => ChatFinishReason.Stop,
        FinishReason.Length => ChatFinishReason.Length,
        FinishReason.ToolCalls => ChatFinishReason.ToolCalls,
        FinishReason.Refused => ChatFinishReason.ContentFilter,
    };
}
