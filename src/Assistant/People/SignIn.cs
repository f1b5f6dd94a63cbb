using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.Assistant.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;
using Outpost.Platform.Secrets;

namespace Outpost.Assistant.People;

/// <summary>Somebody signs in. Unknown e-mail and wrong password look, read and last the same.</summary>
internal static partial class SignIn
{
    public sealed record Request([property: Required, StringLength(320)] string Email, [property: Required, StringLength(1024)] string Password);

    /// <param name="Token">To be sent as <c>Authorization: Bearer</c> by a client that keeps no cookies.</param>
    public sealed record Response(string Token, DateTimeOffset ExpiresAt, SeeOneself.Response User);

    public static async Task<Ok<Response>> Handle(Request request, HttpContext http, SignIns signIns, ReadDb lookup, Db db, TimeProvider clock, ILogger<SignIns> log, CancellationToken ct)
    {
        var person = await PersonSql.ByEmail(lookup, request.Email.Trim().ToLowerInvariant(), ct);
        if (!await PasswordHash.VerifyAsync(person?.PasswordHash, request.Password, ct) || person is not { DeactivatedAt: null })
        {
            Refused(log);
            throw new RuleException("INVALID_CREDENTIALS", "E-mail or password is wrong.");
        }

        var now = clock.GetUtcNow();
        var (token, hash) = SignIns.New();
        await PersonSql.SignIn(db, person.Id, hash, now, ct);
        await db.CommitAsync(ct);
        SignedIn(log, person.Id);

        signIns.SetCookie(http, token);
        return TypedResults.Ok(new Response(token, now + SignIns.Lasts, new(person.Id, null, Rights.OfRole(person.Role))));
    }

    [LoggerMessage(LogLevel.Information, "Person {PersonId} signed in")]
    private static partial void SignedIn(ILogger log, Guid personId);

    [LoggerMessage(LogLevel.Warning, "Signing in failed: wrong e-mail or password")]
    private static partial void Refused(ILogger log);
}
