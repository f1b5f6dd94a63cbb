using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.Assistant.Web;
using Outpost.Platform.Postgres;

namespace Outpost.Assistant.Chat;

internal static class DeleteConversation
{
    public static async Task<NoContent> Handle(Guid id, Caller caller, Db db, CancellationToken ct)
    {
        if (await ConversationSql.Delete(db, caller.Owner, id, ct) == 0) throw ChatRules.NoConversation();

        await db.CommitAsync(ct);
        return TypedResults.NoContent();
    }
}
