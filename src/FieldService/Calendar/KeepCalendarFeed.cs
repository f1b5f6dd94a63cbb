using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;
using Outpost.Platform.Secrets;

namespace Outpost.FieldService.Calendar;

/// <summary>
/// The address of somebody's calendar: whether there is one, a new one, none any more. For oneself, and by the office for everybody of the company. A new
/// address ends the one before it at once.
/// </summary>
internal static class KeepCalendarFeed
{
    /// <param name="Url">The address, shown this once: whoever has it reads these visits.</param>
    public sealed record Issued(CalendarFeedId Id, UserId UserId, string Url, DateTimeOffset CreatedAt);

    public sealed record Response(UserId UserId, bool IsOn, CalendarFeedId? Id, DateTimeOffset? CreatedAt);

    public static Task<Ok<One<Response>>> GetOwn(CurrentUser user, Db db, CancellationToken ct) => Get(user.Id, user, db, ct);

    public static async Task<Ok<One<Response>>> Get(UserId id, CurrentUser user, Db db, CancellationToken ct)
    {
        await SeeThatThereIsOne(db, user, id, ct);
        var feed = await CalendarFeedSql.Find(db, user.Account, id, ct);
        return Answers.Ok(new Response(id, feed is not null, feed?.Id, feed?.CreatedAt));
    }

    public static Task<Created<One<Issued>>> IssueOwn(CurrentUser user, Db db, TimeProvider clock, HttpContext http, CancellationToken ct) => Issue(user.Id, user, db, clock, http, ct);

    public static async Task<Created<One<Issued>>> Issue(UserId id, CurrentUser user, Db db, TimeProvider clock, HttpContext http, CancellationToken ct)
    {
        var (now, token) = (clock.GetUtcNow(), Secret.UrlSafe());
        await SeeThatThereIsOne(db, user, id, ct);
        await RevokeAsync(db, user, id, now, ct);
        var feed = await CalendarFeedSql.Insert(db, new(CalendarFeedId.New(), user.Account, id, user.Id, now, null), CalendarFeed.Hash(token), ct);
        await AuditLog.Inserted(db, user, "calendar_feed", feed.Id, feed, ct);
        await db.CommitAsync(ct);

        // The secret is in this answer and nowhere else.
        http.Response.Headers.CacheControl = "no-store";
        var url = $"{http.Request.Scheme}://{http.Request.Host}{http.Request.PathBase}/calendar/{token}.ics";
        return Answers.Created(http.Request.Path, new Issued(feed.Id, id, url, feed.CreatedAt));
    }

    public static Task<NoContent> RevokeOwn(CurrentUser user, Db db, TimeProvider clock, CancellationToken ct) => Revoke(user.Id, user, db, clock, ct);

    public static async Task<NoContent> Revoke(UserId id, CurrentUser user, Db db, TimeProvider clock, CancellationToken ct)
    {
        await SeeThatThereIsOne(db, user, id, ct);
        await RevokeAsync(db, user, id, clock.GetUtcNow(), ct);
        await db.CommitAsync(ct);
        return TypedResults.NoContent();
    }

    private static async Task RevokeAsync(Db db, CurrentUser user, UserId id, DateTimeOffset now, CancellationToken ct)
    {
        if (await CalendarFeedSql.Find(db, user.Account, id, ct) is not { } feed) return;

        await AuditLog.Updated(db, user, "calendar_feed", feed.Id, feed, await CalendarFeedSql.Revoke(db, feed, now, ct), ct);
    }

    // The row is locked until the commit: of two requests for a new address the later one wins.
    private static async Task SeeThatThereIsOne(Db db, CurrentUser user, UserId id, CancellationToken ct)
    {
        if (await db.ValueAsync<Guid?>($"select id from users where account_id = {user.Account} and id = {id} for no key update", ct) is null) throw Missing.Of("user");
    }
}
