using System.Text.Json;
using Outpost.Assistant.Asking;
using Outpost.Assistant.Budgets;
using Outpost.Assistant.Providers;
using Outpost.Kernel;
using static Outpost.Assistant.Asking.JsonFields;

namespace Outpost.Assistant.Chat;

/// <summary>The body of <c>POST /api/chat</c>: <c>{messages, model, max_tokens, temperature}</c> as published, and beside them system, session_id and policy.</summary>
internal sealed record ChatRequest(string? Model, Message[] Messages, int MaxTokens, double? Temperature, string? System, Guid? Session, BudgetPolicy? Policy)
{
    private const int UsualTokens = 4096;

    /// <exception cref="RuleException">VALIDATION_ERROR, with the field as the caller spelled it</exception>
    public static ChatRequest Read(JsonElement body)
    {
        if (body.ValueKind is not JsonValueKind.Object) throw Wrong("", "The body is an object.");

        var session = body.Text("session_id");
        var policy = body.Text("policy");
        return new(
            body.Text("model") is { Length: > 0 } model ? model : null,
            MessageReader.Read(body),
            body.Whole("max_tokens") ?? UsualTokens,
            body.Number("temperature", 0, 2),
            body.Text("system") is { Length: > 0 } system ? system : null,
            session is null ? null : Guid.TryParse(session, out var id) ? id : throw Wrong("session_id", "Must be a UUID."),
            policy is null ? null : Words<BudgetPolicy>.TryParse(policy, out var chosen) ? chosen : throw Wrong("policy", $"Must be one of {string.Join(", ", Words<BudgetPolicy>.All)}."));
    }

    /// <summary>What is asked, with what was said before in front of it.</summary>
    public ModelRequest Asked(string? system, IReadOnlyList<Message> before, bool stream)
    {
        List<Message> messages = system is null ? [] : [Message.System(system)];
        messages.AddRange(before);
        messages.AddRange(Messages);
        return new() { Messages = messages, MaxOutputTokens = MaxTokens, Temperature = Temperature, Stream = stream };
    }
}
