using System.Text.Json;
using Outpost.Assistant.Asking;
using Outpost.Assistant.Budgets;
using Outpost.Assistant.Providers;
using Outpost.Assistant.Web;
using Outpost.Kernel;
using Outpost.Platform.Http;

namespace Outpost.Assistant.Gateway;

/// <summary>A program asks as it would ask OpenAI: it gets an answer in that form, and is held to its limits.</summary>
internal static class CompleteChat
{
    /// <summary>Told when the output was limited to what the budget has room for.</summary>
    private const string ClampHeader = "x-max-tokens-granted";

    public static async Task Handle(HttpContext http, Caller caller, Ask ask, TimeProvider clock)
    {
        var ct = http.RequestAborted;
        var asked = CompletionRequest.Read(await JsonBody.ReadAsync(http.Request, ct));
        using var question = await ask.HoldAsync(asked.Model, asked.Request, new(caller.Key, caller.Person, null, "gateway"), null, ct);
        if (question.Budget.Clamped is { } granted) http.Response.Headers[ClampHeader] = granted.ToString(System.Globalization.CultureInfo.InvariantCulture);

        if (asked.Stream) await StreamAsync(http, question, asked, clock, ct);
        else await SendAsync(http, question, clock, ct);
    }

    private static async Task SendAsync(HttpContext http, Question question, TimeProvider clock, CancellationToken ct)
    {
        WholeAnswer answer;
        try
        {
            answer = await WholeAnswer.OfAsync(question, ct);
        }
        catch (ProviderException failure)
        {
            throw AskingRules.NoAnswer(failure);
        }

        question.Dispose();
        http.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(http.Response.BodyWriter, CompletionJson.Options);
        CompletionJson.Whole(json, question.Budget, answer, clock.GetUtcNow());
    }

    private static async Task StreamAsync(HttpContext http, Question question, CompletionRequest asked, TimeProvider clock, CancellationToken ct)
    {
        await using var events = new EventStream(http.Response);
        var chunk = new CompletionChunk(question.Budget.Id, clock.GetUtcNow());
        try
        {
            await foreach (var step in question.AnswerAsync(ct))
            {
                // The headers go with the first event: until then an error has a status of its own.
                events.Begin();
                if (!chunk.Write(events.Json, step)) continue;

                await events.SendAsync(ct);
            }

            question.Dispose();
            if (asked.IncludeUsage)
            {
                chunk.WriteUsage(events.Json, question.Budget);
                await events.SendAsync(ct);
            }

            await events.SendTextAsync("[DONE]", ct);
        }
        catch (ProviderException failure)
        {
            var refusal = AskingRules.NoAnswer(failure);
            if (!events.HasBegun) throw refusal;

            await TellAsync(events, refusal, ct);
        }
        catch (RuleException refusal) when (events.HasBegun)
        {
            await TellAsync(events, refusal, ct);
        }
    }

    private static async Task TellAsync(EventStream events, RuleException refusal, CancellationToken ct)
    {
        OpenAiError.Write(events.Json, AssistantApp.Profile.Errors.StatusOf(refusal.Code), refusal.Code, refusal.Message, null);
        await events.SendAsync(ct);
    }
}
