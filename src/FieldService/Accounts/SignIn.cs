using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;
using Outpost.Platform.Secrets;

namespace Outpost.FieldService.Accounts;

/// <summary>Somebody signs in with e-mail and password. Unknown e-mail and wrong password look, read and last the same.</summary>
internal static partial class SignIn
{
    public static readonly TimeSpan Lasts = TimeSpan.FromDays(7);

    public sealed record Request(
        [property: Required, EmailAddress, StringLength(320)] string Email,
        [property: Required, StringLength(1024, MinimumLength = 8), System.Text.Json.Serialization.JsonConverter(typeof(VerbatimText))] string Password);

    public sealed record Response(string Token, Person User);

    public sealed record Person(Guid Id, string Email, string FullName, string Role, Guid AccountId);

    private sealed record Candidate(Guid AccountId, Guid Id, string Email, string FullName, string Role, string PasswordHash);

    public static async Task<Ok<Response>> Handle(Request request, HttpContext http, SessionCookie cookie, LoginLimiter limiter, ReadDb lookup, Tenants tenants,
        SessionToken tokens, TimeProvider clock, ILogger<CurrentUser> log, CancellationToken ct)
    {
        var (token, person) = await Run(request, http, limiter, lookup, tenants, tokens, clock, log, ct);
        cookie.Set(http, token, Lasts);
        return TypedResults.Ok(new Response(token, person));
    }

    /// <exception cref="RuleException">INVALID_CREDENTIALS</exception>
    /// <exception cref="LimitException">RATE_LIMITED: too many attempts from this address, for this e-mail, or both.</exception>
    internal static async Task<(string Token, Person Person)> Run(Request request, HttpContext http, LoginLimiter limiter, ReadDb lookup, Tenants tenants,
        SessionToken tokens, TimeProvider clock, ILogger log, CancellationToken ct)
    {
        var email = request.Email.Trim().ToLowerInvariant();
        var attempt = await limiter.BeginAsync(http.Connection.RemoteIpAddress, email, ct);

        var user = await lookup.FirstAsync<Candidate>($"select * from user_by_email({email})", ct);
        if (!await PasswordHash.VerifyAsync(user?.PasswordHash, request.Password, ct) || user is null)
        {
            Refused(log);
            if (user is not null) http.Response.OnCompleted(() => NoteFailureAsync(tenants, user, http));
            throw new RuleException("INVALID_CREDENTIALS", "E-mail or password is wrong.");
        }

        var now = clock.GetUtcNow();
        var session = SessionId.New();
        await using var db = tenants.Open(new Tenant(user.AccountId, user.Id, user.Role));
        await db.RunAsync($"insert into sessions (account_id, id, user_id, created_at, expires_at) values ({user.AccountId}, {session}, {user.Id}, {now}, {now + Lasts})", ct);
        await db.RunAsync($"delete from sessions where account_id = {user.AccountId} and user_id = {user.Id} and expires_at < {now}", ct);
        await AuditLog.SignedIn(db, new(user.AccountId), new(user.Id), session, new Session(Address(http), now + Lasts), ct);
        await db.CommitAsync(ct);
        await limiter.SucceededAsync(attempt, ct);
        SignedIn(log, user.Id);

        var token = tokens.Write(new(session.Value, user.Id, user.AccountId, user.Role, now.ToUnixTimeSeconds(), (now + Lasts).ToUnixTimeSeconds()));
        return (token, new(user.Id, user.Email, user.FullName, user.Role, user.AccountId));
    }

    /// <summary>What the audit log keeps of a session.</summary>
    internal sealed record Session(string? Address, DateTimeOffset ExpiresAt);

    /// <summary>What the audit log keeps of an attempt with a wrong password.</summary>
    internal sealed record Failure(string? Address);

    // After the answer has gone, or the time it takes would tell who has an account here.
    private static async Task NoteFailureAsync(Tenants tenants, Candidate user, HttpContext http)
    {
        await using var db = tenants.Open(new Tenant(user.AccountId, user.Id, user.Role));
        await AuditLog.SignInFailed(db, new(user.AccountId), new(user.Id), new Failure(Address(http)), CancellationToken.None);
        await db.CommitAsync(CancellationToken.None);
    }

    private static string? Address(HttpContext http) => http.Connection.RemoteIpAddress?.ToString();

    [LoggerMessage(LogLevel.Information, "Login succeeded for user {UserId}")]
    private static partial void SignedIn(ILogger log, Guid userId);

    [LoggerMessage(LogLevel.Warning, "Login failed: wrong e-mail or password")]
    private static partial void Refused(ILogger log);
}
