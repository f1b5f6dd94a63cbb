using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.Assistant.Web;
using Outpost.Platform.Postgres;

namespace Outpost.Assistant.Chat;

/// <summary>One's own conversations, the latest first.</summary>
internal static class ListConversations
{
    private const int Usual = 50;

    public sealed record Paging
    {
        [Range(0, 1_000_000)]
        public int? Offset { get; init; }

        [Range(1, 100)]
        public int? Limit { get; init; }
    }

    public sealed record Response(IReadOnlyList<Conversation> Conversations, long Total, int Offset, int Limit);

    public static async Task<Ok<Response>> Handle(Caller caller, [AsParameters] Paging paging, ReadDb db, CancellationToken ct)
    {
        var (limit, offset) = (paging.Limit ?? Usual, paging.Offset ?? 0);
        var (rows, total) = await db.PageAsync<Conversation>(
            $"select id, title, system, model, created_at, updated_at from conversations where owner_id = {caller.Owner} order by updated_at desc, id limit {limit} offset {offset}",
            $"select count(*) from conversations where owner_id = {caller.Owner}", ct);
        return TypedResults.Ok(new Response(rows, total, offset, limit));
    }
}
