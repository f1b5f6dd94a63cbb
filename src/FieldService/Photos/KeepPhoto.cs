using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Visits;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Photos;

/// <summary>Somebody on a visit keeps a picture of what they see. It comes small and bare from the device, and with its thumbnail: the server paints nothing.</summary>
internal static class KeepPhoto
{
    /// <param name="Content">The picture, base64.</param>
    /// <param name="Thumbnail">The same, small.</param>
    /// <param name="TakenAt">When; now when it is left out.</param>
    public sealed record Request(
        [property: Required] byte[]? Content,
        [property: Required] byte[]? Thumbnail,
        [property: StringLength(500)] string? Caption,
        DateTimeOffset? TakenAt);

    private sealed record Asked(string Content, string? Caption, DateTimeOffset? TakenAt);

    public static async Task<IResult> Handle(VisitId id, Request request, CurrentUser user, Db db, Idempotency idempotency, TimeProvider clock, CancellationToken ct)
    {
        var (content, thumbnail, now) = (request.Content!, request.Thumbnail!, clock.GetUtcNow());
        var (width, height) = Look(content, "content", PhotoRules.Largest, PhotoRules.LongestSide);
        Look(thumbnail, "thumbnail", PhotoRules.LargestThumbnail, PhotoRules.LongestThumbnailSide);
        var hash = Convert.ToHexStringLower(SHA256.HashData(content));
        // A telephone's clock may be a little ahead.
        if (request.TakenAt is { } at && (at > now.AddHours(1) || at < now.AddYears(-1))) throw PhotoRules.OddTime();
        if (await idempotency.ReplayAsync(new Asked(hash, request.Caption, request.TakenAt), null, ct) is { } replay) return replay;

        var visit = await VisitSql.FindForUpdate(db, user, id, ct) ?? throw Missing.Of("visit");
        if (await PhotoSql.Count(db, user.Account, id, ct) >= PhotoRules.MostOnAVisit) throw PhotoRules.TooMany();

        var photo = await PhotoSql.Insert(db, new(
            PhotoId.New(), user.Account, id, visit.JobId, request.Caption, request.TakenAt ?? now, width, height, hash, content.Length, user.Id, default), content, thumbnail, ct);
        await AuditLog.Inserted(db, user, "visit_photo", photo.Id, photo, ct);
        return await idempotency.CommitAsync(StatusCodes.Status201Created, new One<Photo>(photo), ct);
    }

    public static async Task<NoContent> Delete(PhotoId id, CurrentUser user, Db db, CancellationToken ct)
    {
        var photo = await PhotoSql.Find(db, user.Account, id, ct) ?? throw Missing.Of("photo");
        if (!user.IsOffice && photo.TakenBy != user.Id) throw PhotoRules.NotYours();

        if (!await PhotoSql.Delete(db, photo, ct)) throw Missing.Of("photo");
        await AuditLog.Deleted(db, user, "visit_photo", id, photo, ct);
        await db.CommitAsync(ct);
        return TypedResults.NoContent();
    }

    private static (int Width, int Height) Look(byte[] file, string field, int most, int longest)
    {
        if (file.Length > most) throw PhotoRules.TooLarge(field);

        var (verdict, width, height) = JpegFile.Read(file);
        if (verdict is JpegFile.Verdict.TellsMore) throw PhotoRules.TellsMore(field);
        if (verdict is JpegFile.Verdict.NoJpeg || width == 0 || height == 0) throw PhotoRules.NoJpeg(field);
        if (width > longest || height > longest) throw PhotoRules.TooLarge(field);

        return (width, height);
    }
}
