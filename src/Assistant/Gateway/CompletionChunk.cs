using System.Text.Json;
using Outpost.Assistant.Budgets;
using Outpost.Assistant.Catalogue;
using Outpost.Assistant.Providers;

namespace Outpost.Assistant.Gateway;

/// <summary>The events of one answer as <c>chat.completion.chunk</c>s.</summary>
internal sealed class CompletionChunk(Guid id, DateTimeOffset now)
{
    private string _model = "";
    private Usage _usage;

    /// <returns>False when OpenAI's API has nothing to say about this event.</returns>
    public bool Write(Utf8JsonWriter json, in AnswerEvent step)
    {
        switch (step.Kind)
        {
            case AnswerEventKind.Started:
                _model = step.Name ?? "";
                Begin(json);
                json.WriteString("role"u8, "assistant"u8);
                json.WriteString("content"u8, ""u8);
                End(json, null);
                return true;
            case AnswerEventKind.Text:
                Begin(json);
                json.WriteString("content"u8, step.Text);
                End(json, null);
                return true;
            case AnswerEventKind.ToolCall:
                Begin(json);
                Call(json, step);
                End(json, null);
                return true;
            case AnswerEventKind.ToolArguments:
                Begin(json);
                Arguments(json, step);
                End(json, null);
                return true;
            case AnswerEventKind.Finished:
                _usage = step.Usage;
                Begin(json);
                End(json, step.Reason);
                return true;
            default:
                return false;
        }
    }

    /// <summary>The last chunk of a caller who asked for the usage: it has no choices.</summary>
    public void WriteUsage(Utf8JsonWriter json, RequestBudget budget)
    {
        CompletionJson.Head(json, id, "chat.completion.chunk", now, _model);
        json.WriteStartArray("choices"u8);
        json.WriteEndArray();
        CompletionJson.Usage(json, _usage, budget.Cost);
        json.WriteEndObject();
    }

    private void Begin(Utf8JsonWriter json)
    {
        CompletionJson.Head(json, id, "chat.completion.chunk", now, _model);
        json.WriteStartArray("choices"u8);
        json.WriteStartObject();
        json.WriteNumber("index"u8, 0);
        json.WriteStartObject("delta"u8);
    }

    private static void End(Utf8JsonWriter json, FinishReason? reason)
    {
        json.WriteEndObject();
        json.WriteNull("logprobs"u8);
        if (reason is { } why) json.WriteString("finish_reason"u8, CompletionJson.Reason(why));
        else json.WriteNull("finish_reason"u8);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Call(Utf8JsonWriter json, in AnswerEvent step)
    {
        json.WriteStartArray("tool_calls"u8);
        json.WriteStartObject();
        json.WriteNumber("index"u8, step.Index);
        json.WriteString("id"u8, step.Id);
        json.WriteString("type"u8, "function"u8);
        json.WriteStartObject("function"u8);
        json.WriteString("name"u8, step.Name);
        json.WriteString("arguments"u8, ""u8);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void Arguments(Utf8JsonWriter json, in AnswerEvent step)
    {
        json.WriteStartArray("tool_calls"u8);
        json.WriteStartObject();
        json.WriteNumber("index"u8, step.Index);
        json.WriteStartObject("function"u8);
        json.WriteString("arguments"u8, step.Text);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
    }
}
