using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.Assistant.Web;

namespace Outpost.Assistant.Chat;

internal static class EndSession
{
    public static async Task<NoContent> Handle(Guid id, Caller caller, Sessions sessions, CancellationToken ct)
    {
        if (await sessions.SeeAsync(id, caller.Owner, ct) is null) throw ChatRules.NoSession();

        await sessions.EndAsync(id, ct);
        return TypedResults.NoContent();
    }
}
