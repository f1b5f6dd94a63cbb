using System.Text.Encodings.Web;
using System.Text.Json;
using Outpost.Assistant.Asking;
using Outpost.Assistant.Budgets;
using Outpost.Assistant.Catalogue;
using Outpost.Assistant.Providers;

namespace Outpost.Assistant.Gateway;

/// <summary>A whole answer as <c>chat.completion</c>. Beside what OpenAI has, <c>usage</c> says what it cost, in dollars.</summary>
internal static class CompletionJson
{
    public static JsonWriterOptions Options { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static void Whole(Utf8JsonWriter json, RequestBudget budget, WholeAnswer answer, DateTimeOffset now)
    {
        Head(json, budget.Id, "chat.completion", now, answer.Model ?? "");
        json.WriteStartArray("choices"u8);
        json.WriteStartObject();
        json.WriteNumber("index"u8, 0);
        json.WriteStartObject("message"u8);
        json.WriteString("role"u8, "assistant"u8);
        var calls = answer.Calls.ToArray();
        if (answer.HasText || calls.Length == 0) json.WriteString("content"u8, answer.Text);
        else json.WriteNull("content"u8);
        json.WriteNull("refusal"u8);
        if (calls.Length > 0)
        {
            json.WriteStartArray("tool_calls"u8);
            foreach (var call in calls)
            {
                json.WriteStartObject();
                json.WriteString("id"u8, call.Id);
                json.WriteString("type"u8, "function"u8);
                json.WriteStartObject("function"u8);
                json.WriteString("name"u8, call.Name);
                json.WriteString("arguments"u8, call.Arguments);
                json.WriteEndObject();
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.WriteNull("logprobs"u8);
        json.WriteString("finish_reason"u8, Reason(answer.Reason));
        json.WriteEndObject();
        json.WriteEndArray();
        Usage(json, answer.Usage, budget.Cost);
        json.WriteEndObject();
    }

    internal static void Head(Utf8JsonWriter json, Guid id, string kind, DateTimeOffset now, string model)
    {
        Span<char> name = stackalloc char["chatcmpl-".Length + 32];
        "chatcmpl-".CopyTo(name);
        id.TryFormat(name["chatcmpl-".Length..], out _, "N");
        json.WriteStartObject();
        json.WriteString("id"u8, name);
        json.WriteString("object"u8, kind);
        json.WriteNumber("created"u8, now.ToUnixTimeSeconds());
        json.WriteString("model"u8, model);
    }

    internal static void Usage(Utf8JsonWriter json, Usage usage, Spend cost)
    {
        json.WriteStartObject("usage"u8);
        json.WriteNumber("prompt_tokens"u8, usage.Input);
        json.WriteNumber("completion_tokens"u8, usage.Output);
        json.WriteNumber("total_tokens"u8, usage.Total);
        json.WriteStartObject("prompt_tokens_details"u8);
        json.WriteNumber("cached_tokens"u8, usage.CacheRead);
        json.WriteEndObject();
        json.WriteStartObject("completion_tokens_details"u8);
        json.WriteNumber("reasoning_tokens"u8, usage.Reasoning);
        json.WriteEndObject();
        json.WriteNumber("cost"u8, cost.Dollars);
        json.WriteEndObject();
    }

    internal static ReadOnlySpan<byte> Reason(FinishReason reason) => reason switch
    {
        FinishReason.Stop => "stop"u8,
        FinishReason.Length => "length"u8,
        FinishReason.ToolCalls => "tool_calls"u8,
        FinishReason.Refused => "content_filter"u8,
    };
}
