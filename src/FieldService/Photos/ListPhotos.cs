using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Visits;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Photos;

/// <summary>The pictures of a visit, in the order in which they were taken.</summary>
internal static class ListPhotos
{
    private sealed record Picture(byte[] Content, string Tag);

    public static async Task<Ok<Page<Photo>>> Handle(VisitId id, [AsParameters] Paging paging, CurrentUser user, ReadDb db, CancellationToken ct)
    {
        var found = await db.ReadAsync(
            [
                // Whose visit it is says the policy of the table.
                $"""
                select (select count(*) from visit_photos where account_id = {user.Account} and visit_id = {id}),
                       exists (select from visits where account_id = {user.Account} and id = {id})
                """,
                $"select {PhotoSql.Columns} from visit_photos p where p.account_id = {user.Account} and p.visit_id = {id} order by p.taken_at, p.id {paging.Window}",
            ],
            async (results, token) => (
                Head: (await results.ListAsync(row => (Total: row.GetInt64(0), IsThere: row.GetBoolean(1)), token))[0],
                Rows: await results.ListAsync(PhotoSql.Read, token)), ct);
        return found.Head.IsThere ? Answers.Page(paging, (found.Rows, found.Head.Total)) : throw Missing.Of("visit");
    }

    public static Task<FileContentHttpResult> Content(PhotoId id, HttpResponse http, CurrentUser user, ReadDb db, CancellationToken ct) =>
        Show(http, $"select content, encode(sha256, 'hex') as tag from visit_photos where account_id = {user.Account} and id = {id}", db, ct);

    public static Task<FileContentHttpResult> Thumbnail(PhotoId id, HttpResponse http, CurrentUser user, ReadDb db, CancellationToken ct) =>
        Show(http, $"select thumbnail as content, encode(sha256, 'hex') || '-small' as tag from visit_photos where account_id = {user.Account} and id = {id}", db, ct);

    // It never changes, so a browser keeps it; and it is nothing but a picture, whatever is in it.
    private static async Task<FileContentHttpResult> Show(HttpResponse http, Sql statement, ReadDb db, CancellationToken ct)
    {
        var picture = await db.FirstAsync<Picture>(statement, ct) ?? throw Missing.Of("photo");
        http.Headers.XContentTypeOptions = "nosniff";
        http.Headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        http.Headers.CacheControl = "private, max-age=31536000, immutable";
        return TypedResults.File(picture.Content, "image/jpeg", entityTag: new EntityTagHeaderValue($"\"{picture.Tag}\""));
    }
}
