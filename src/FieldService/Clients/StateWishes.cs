using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Clients;

/// <summary>A client has told the office what they do not want to be sent, or that they want it again.</summary>
internal static class StateWishes
{
    /// <param name="Email">False for no more e-mails, true for them again; as it is when left out.</param>
    /// <param name="Sms">The same for text and chat messages.</param>
    public sealed record Request(bool? Email, bool? Sms);

    public static async Task<Ok<One<ContactWishes>>> Handle(ClientId id, Request request, CurrentUser user, Db db, TimeProvider clock, CancellationToken ct)
    {
        var wishes = await ClientOptOut.SaveAsync(db, user, id, !request.Email, !request.Sms, clock.GetUtcNow(), ct);
        await db.CommitAsync(ct);
        return Answers.Ok(wishes);
    }
}
