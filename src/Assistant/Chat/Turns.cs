using System.Text;
using Npgsql;
using Outpost.Assistant.Asking;
using Outpost.Assistant.Budgets;
using Outpost.Assistant.Providers;
using Outpost.Assistant.Routing;
using Outpost.Assistant.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.Assistant.Chat;

/// <summary>
/// Turns of chats: with a session the turn knows what was said before, and keeps what the user says before the model is asked and what it answers afterwards;
/// without one the caller sends everything and nothing is kept.
/// </summary>
internal sealed class Turns(Ask ask, Sessions sessions, NpgsqlDataSource source, TimeProvider clock)
{
    /// <exception cref="RuleException">As <see cref="Ask.HoldAsync"/>, and SESSION_NOT_FOUND, CONFLICT</exception>
    public async Task<Turn> BeginAsync(ChatRequest request, Caller caller, bool stream, CancellationToken ct)
    {
        if (request.Session is not { } id)
        {
            var asked = request.Asked(request.System, [], stream);
            return new(await ask.HoldAsync(request.Model ?? Router.Auto, asked, new(caller.Key, caller.Person, null, "chat"), request.Policy, ct), null, null, 0, source, clock);
        }

        Said.Check(request.Messages);
        if (request.Messages.Any(message => message.By is not Speaker.User)) throw ChatRules.OnlyNewMessages();

        var session = await sessions.UseAsync(id, caller.Owner, ct) ?? throw ChatRules.NoSession();
        var db = new ReadDb(source, null);
        var conversation = await ConversationSql.Find(db, caller.Owner, session.ConversationId, ct) ?? throw ChatRules.NoConversation();
        var before = await ConversationSql.Messages(db, conversation.Id, ct);
        var history = before.Select(said => new Message(said.Role == "user" ? Speaker.User : Speaker.Assistant, Said.Parts(said.Content))).Where(message => message.Parts.Count > 0).ToList();

        var question = await ask.HoldAsync(
            request.Model ?? session.Model, request.Asked(request.System ?? conversation.System, history, stream), new(caller.Key, caller.Person, conversation.Id, "chat"), request.Policy, ct);
        var position = before.Count == 0 ? 1 : before[^1].Position + 1;
        try
        {
            await SayAsync(conversation.Id, position, request.Messages, before.Count == 0, ct);
        }
        catch
        {
            question.Dispose();
            throw;
        }

        return new(question, session, conversation, position + request.Messages.Length, source, clock);
    }

    private async Task SayAsync(Guid conversation, int position, Message[] messages, bool first, CancellationToken ct)
    {
        await using var db = new Db(source, null);
        for (var i = 0; i < messages.Length; i++)
            await ConversationSql.Say(db, conversation, position + i, Said.ToJson(messages[i].Parts), first && i == 0 ? Titles.Of(messages[i]) : null, clock.GetUtcNow(), ct);
        await db.CommitAsync(ct);
    }
}

/// <summary>One turn under way. What has come of its answer is kept when it is disposed, whole or not.</summary>
internal sealed class Turn(Question question, Session? session, Conversation? conversation, int position, NpgsqlDataSource source, TimeProvider clock) : IAsyncDisposable
{
    private readonly WholeAnswer _answer = new();
    private bool _kept;

    public Session? Session => session;

    public RequestBudget Budget => question.Budget;

    public WholeAnswer Answer => _answer;

    public async IAsyncEnumerable<AnswerEvent> AnswerAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var step in question.AnswerAsync(ct))
        {
            _answer.Add(step);
            if (step.Kind is AnswerEventKind.Finished) await KeepAsync();
            yield return step;
        }
    }

    public async ValueTask DisposeAsync()
    {
        question.Dispose();
        await KeepAsync();
    }

    // Kept although the caller may be gone: what was paid for is not thrown away.
    private async Task KeepAsync()
    {
        if (_kept || conversation is null || (!_answer.IsFinished && !_answer.HasText)) return;

        _kept = true;
        question.Dispose();
        var last = Budget.Charges is [.., var charge] ? charge : null;
        var finish = _answer.IsFinished ? Words<FinishReason>.Of(_answer.Reason) : last?.Outcome == "cancelled" ? "cancelled" : "cut";
        var usage = _answer.IsFinished ? _answer.Usage : last?.Usage ?? default;
        await using var db = new Db(source, null);
        await ConversationSql.Answered(db, conversation.Id, position, new(_answer.Text, _answer.Model ?? conversation.Model, Budget.Id, usage, Budget.Cost, finish), clock.GetUtcNow(), CancellationToken.None);
        await db.CommitAsync(CancellationToken.None);
    }
}

/// <summary>A conversation is called by the first words of its first message, until somebody calls it something else; no model is paid for that.</summary>
internal static class Titles
{
    public const string None = "New conversation";
    public const int Longest = 200;
    private const int Usual = 60;

    public static string Of(Message message)
    {
        var words = new StringBuilder();
        foreach (var word in string.Concat(message.Parts.OfType<TextPart>().Select(part => part.Text + " ")).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            if (words.Length + word.Length >= Usual) return words.Length == 0 ? $"{word[..(Usual - 1)]}…" : $"{words}…";

            words.Append(words.Length == 0 ? "" : " ").Append(word);
        }

        return words.Length == 0 ? None : words.ToString();
    }
}
