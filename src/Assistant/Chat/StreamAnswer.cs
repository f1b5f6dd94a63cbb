using System.Text.Json;
using Outpost.Assistant.Asking;
using Outpost.Assistant.Catalogue;
using Outpost.Assistant.Providers;
using Outpost.Assistant.Web;
using Outpost.Kernel;
using Outpost.Platform.Http;

namespace Outpost.Assistant.Chat;

/// <summary>
/// Somebody asks and reads along. Unnamed events are the text, as published; <c>start</c>, <c>thinking</c>, <c>usage</c> and <c>error</c> have names, and <c>[DONE]</c>
/// ends a stream that was answered to the end.
/// </summary>
internal static class StreamAnswer
{
    public sealed record Start(string Model, Guid? SessionId, Guid? ConversationId, int? MaxTokensGranted);

    public sealed record Bill(string Model, SendMessages.Tokens Usage, Spend Cost, string FinishReason);

    public static async Task Handle(HttpContext http, Caller caller, Turns turns)
    {
        var ct = http.RequestAborted;
        var request = ChatRequest.Read(await JsonBody.ReadAsync(http.Request, ct));
        await using var turn = await turns.BeginAsync(request, caller, stream: true, ct);
        await using var events = new EventStream(http.Response);
        try
        {
            await foreach (var step in turn.AnswerAsync(ct))
            {
                switch (step.Kind)
                {
                    case AnswerEventKind.Started:
                        await SendAsync(events, "start", new Start(step.Name ?? "", turn.Session?.Id, turn.Session?.ConversationId, turn.Budget.Clamped), ct);
                        break;
                    case AnswerEventKind.Text when step.Text.Length > 0:
                        await events.SendTextAsync(step.Text, ct);
                        break;
                    case AnswerEventKind.Thinking:
                        await events.SendTextAsync(step.Text, ct, "thinking");
                        break;
                    case AnswerEventKind.Finished:
                        await SendAsync(events, "usage", new Bill(turn.Answer.Model ?? "", SendMessages.TokensOf(step.Usage), turn.Budget.Cost, Words<FinishReason>.Of(step.Reason)), ct);
                        break;
                    default:
                        break;
                }
            }

            await events.SendTextAsync("[DONE]", ct);
        }
        catch (ProviderException failure)
        {
            var refusal = AskingRules.NoAnswer(failure);
            if (!events.HasBegun) throw refusal;

            await TellAsync(http, events, refusal, ct);
        }
        catch (RuleException refusal) when (events.HasBegun)
        {
            await TellAsync(http, events, refusal, ct);
        }
    }

    private static ValueTask SendAsync<T>(EventStream events, string name, T data, CancellationToken ct)
    {
        JsonSerializer.Serialize(events.Json, data, WireJson.Options);
        return events.SendAsync(ct, name);
    }

    private static ValueTask TellAsync(HttpContext http, EventStream events, RuleException refusal, CancellationToken ct)
    {
        Problems.Write(events.Json, AssistantApp.Profile.Errors.StatusOf(refusal.Code), refusal.Code, refusal.Message, http.Request.Path, http.TraceId(), [], refusal.Details);
        return events.SendAsync(ct, "error");
    }
}
