using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.Assistant.Asking;
using Outpost.Assistant.Catalogue;
using Outpost.Assistant.Providers;
using Outpost.Assistant.Web;

namespace Outpost.Assistant.Chat;

/// <summary>Somebody asks and waits for the whole answer.</summary>
internal static class SendMessages
{
    public sealed record Tokens(long InputTokens, long OutputTokens, long TotalTokens);

    /// <param name="MaxTokensGranted">The output that the budget had room for, when that was less than what was asked for.</param>
    public sealed record Response(string Role, string Content, string Model, Tokens Usage, Spend Cost, string FinishReason, Guid? SessionId, Guid? ConversationId, int? MaxTokensGranted);

    public static async Task<Ok<Response>> Handle(HttpContext http, Caller caller, Turns turns)
    {
        var ct = http.RequestAborted;
        var request = ChatRequest.Read(await JsonBody.ReadAsync(http.Request, ct));
        await using var turn = await turns.BeginAsync(request, caller, stream: false, ct);
        try
        {
            await foreach (var _ in turn.AnswerAsync(ct))
            {
            }
        }
        catch (ProviderException failure)
        {
            throw AskingRules.NoAnswer(failure);
        }

        var answer = turn.Answer;
        return TypedResults.Ok(new Response(
            "assistant", answer.Text, answer.Model ?? "", TokensOf(answer.Usage), turn.Budget.Cost, Kernel.Words<FinishReason>.Of(answer.Reason),
            turn.Session?.Id, turn.Session?.ConversationId, turn.Budget.Clamped));
    }

    internal static Tokens TokensOf(Usage usage) => new(usage.Input, usage.Output, usage.Total);
}
