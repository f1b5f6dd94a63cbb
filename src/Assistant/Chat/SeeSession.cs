using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.Assistant.Web;

namespace Outpost.Assistant.Chat;

internal static class SeeSession
{
    public static async Task<Ok<StartSession.Response>> Handle(Guid id, Caller caller, Sessions sessions, CancellationToken ct)
    {
        var (session, left) = await sessions.SeeAsync(id, caller.Owner, ct) ?? throw ChatRules.NoSession();
        return TypedResults.Ok(new StartSession.Response(session.Id, session.ConversationId, session.Model, (int)left.TotalSeconds));
    }
}
