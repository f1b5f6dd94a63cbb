using Npgsql;
using Outpost.Assistant.Catalogue;
using Outpost.Platform.Postgres;

namespace Outpost.Assistant.Chat;

/// <summary>A conversation as lists show it.</summary>
internal sealed record Conversation(Guid Id, string Title, string? System, string Model, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

/// <summary>Every statement that writes <c>conversations</c> and <c>messages</c>. An owner sees and changes nothing but their own.</summary>
internal static class ConversationSql
{
    public sealed record Kept(int Position, string Role, string Content, string? Model, long? InputTokens, long? OutputTokens, long? Cost, string? Finish, DateTimeOffset CreatedAt);

    /// <summary>How an answer ended, with what it cost.</summary>
    public sealed record Answer(string Text, string Model, Guid Hold, Usage Usage, Spend Cost, string Finish);

    public static Task Insert(Db db, Guid id, Guid owner, string title, string? system, string model, DateTimeOffset now, CancellationToken ct) => db.RunAsync($"""
        insert into conversations (id, owner_id, title, system, model, created_at, updated_at) values ({id}, {owner}, {title}, {system}, {model}, {now}, {now})
        """, ct);

    public static Task<Conversation?> Find(ReadDb db, Guid owner, Guid id, CancellationToken ct) =>
        db.FirstAsync<Conversation>($"select id, title, system, model, created_at, updated_at from conversations where id = {id} and owner_id = {owner}", ct);

    public static Task<List<Kept>> Messages(ReadDb db, Guid conversation, CancellationToken ct) => db.ListAsync<Kept>($"""
        select position, role, content::text as content, model, input_tokens, output_tokens, cost, finish, created_at from messages where conversation_id = {conversation} order by position
        """, ct);

    /// <summary>Writes what the user says behind everything that was said; a first message gives an untitled conversation its title.</summary>
    /// <exception cref="Kernel.RuleException">CONFLICT: two messages came at the same moment.</exception>
    public static async Task Say(Db db, Guid conversation, int position, string content, string? title, DateTimeOffset now, CancellationToken ct)
    {
        try
        {
            await db.RunAsync($"insert into messages (conversation_id, position, role, content, created_at) values ({conversation}, {position}, 'user', {new Json(content)}, {now})", ct);
        }
        catch (PostgresException e) when (e is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "messages_pkey" })
        {
            throw ChatRules.Busy();
        }
        catch (PostgresException e) when (e is { SqlState: PostgresErrorCodes.ForeignKeyViolation, ConstraintName: "messages_conversation_id_fkey" })
        {
            throw ChatRules.NoConversation();
        }

        await db.RunAsync($"update conversations set updated_at = {now}, title = coalesce({title}, title) where id = {conversation}", ct);
    }

    // A conversation that was deleted while it was being answered takes no answer.
    public static Task Answered(Db db, Guid conversation, int position, Answer answer, DateTimeOffset now, CancellationToken ct) => db.RunAsync($"""
        insert into messages (conversation_id, position, role, content, model, hold_id, input_tokens, output_tokens, cost, finish, created_at)
        select c.id, {position}, 'assistant', {new Json(Said.ToJson(answer.Text))}, {answer.Model}, {answer.Hold}, {answer.Usage.Input}, {answer.Usage.Output}, {answer.Cost.NanoDollars}, {answer.Finish}, {now}
        from conversations c where c.id = {conversation}
        on conflict do nothing
        """, ct);

    public static Task<int> Rename(Db db, Guid owner, Guid id, string title, CancellationToken ct) =>
        db.RunAsync($"update conversations set title = {title} where id = {id} and owner_id = {owner}", ct);

    public static Task<int> Delete(Db db, Guid owner, Guid id, CancellationToken ct) => db.RunAsync($"delete from conversations where id = {id} and owner_id = {owner}", ct);
}
