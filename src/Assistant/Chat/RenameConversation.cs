using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.Assistant.Web;
using Outpost.Platform.Postgres;

namespace Outpost.Assistant.Chat;

internal static class RenameConversation
{
    public sealed record Request(string Title);

    public static async Task<NoContent> Handle(Guid id, Request request, Caller caller, Db db, CancellationToken ct)
    {
        if (request.Title?.Trim() is not { Length: > 0 and <= Titles.Longest } title || title.Contains('\0')) throw ChatRules.NoTitle();
        if (await ConversationSql.Rename(db, caller.Owner, id, title, ct) == 0) throw ChatRules.NoConversation();

        await db.CommitAsync(ct);
        return TypedResults.NoContent();
    }
}
