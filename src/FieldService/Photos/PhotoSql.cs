using System.Data.Common;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Visits;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Photos;

/// <summary>Every statement that writes <c>visit_photos</c>. Whose visit a photo belongs to is known to the policy of the table.</summary>
internal static class PhotoSql
{
    public static Sql Columns => $"p.id, p.account_id, p.visit_id, p.job_id, p.caption, p.taken_at, p.width, p.height, encode(p.sha256, 'hex'), p.bytes, p.taken_by, p.created_at";

    public static async Task<Photo> Insert(Db db, Photo photo, byte[] content, byte[] thumbnail, CancellationToken ct) => (await db.FirstAsync($"""
        insert into visit_photos as p (account_id, id, visit_id, job_id, caption, taken_at, width, height, sha256, bytes, content, thumbnail, taken_by)
        values ({photo.AccountId}, {photo.Id}, {photo.VisitId}, {photo.JobId}, {photo.Caption}, {photo.TakenAt}, {photo.Width}, {photo.Height},
                {Convert.FromHexString(photo.Sha256)}, {content.Length}, {content}, {thumbnail}, {photo.TakenBy})
        returning {Columns}
        """, Read, ct))!;

    public static Task<Photo?> Find(Db db, AccountId account, PhotoId id, CancellationToken ct) =>
        db.FirstAsync($"select {Columns} from visit_photos p where p.account_id = {account} and p.id = {id}", Read, ct);

    /// <summary>How many a visit has; nobody adds one meanwhile, because the caller holds the visit.</summary>
    public static Task<long> Count(Db db, AccountId account, VisitId visit, CancellationToken ct) =>
        db.ValueAsync<long>($"select count(*) from visit_photos where account_id = {account} and visit_id = {visit}", ct);

    /// <returns>False when somebody else has taken it away meanwhile.</returns>
    public static async Task<bool> Delete(Db db, Photo photo, CancellationToken ct) => await db.RunAsync($"delete from visit_photos where account_id = {photo.AccountId} and id = {photo.Id}", ct) == 1;

    public static Photo Read(DbDataReader row) => new(
        new(row.GetGuid(0)),
        new(row.GetGuid(1)),
        new(row.GetGuid(2)),
        new(row.GetGuid(3)),
        row.IsDBNull(4) ? null : row.GetString(4),
        row.GetFieldValue<DateTimeOffset>(5),
        row.GetInt32(6),
        row.GetInt32(7),
        row.GetString(8),
        row.GetInt32(9),
        new(row.GetGuid(10)),
        row.GetFieldValue<DateTimeOffset>(11));
}
