using System.Data.Common;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Visits;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Signatures;

/// <summary>Every statement that writes <c>visit_signatures</c>. Whose visit it is is known to the policy of the table.</summary>
internal static class SignatureSql
{
    public static Sql Columns => $"s.id, s.account_id, s.visit_id, s.job_id, s.role, s.name, s.drawing, encode(s.content_hash, 'hex'), encode(s.fingerprint, 'hex'), s.signed_at, s.recorded_by, s.created_at";

    public static async Task<VisitSignature> Insert(Db db, VisitSignature signature, CancellationToken ct) => (await db.FirstAsync($"""
        insert into visit_signatures as s (account_id, id, visit_id, job_id, role, name, drawing, content_hash, fingerprint, signed_at, recorded_by)
        values ({signature.AccountId}, {signature.Id}, {signature.VisitId}, {signature.JobId}, {signature.Role}, {signature.Name}, {signature.Drawing},
                {Convert.FromHexString(signature.ContentHash)}, {Convert.FromHexString(signature.Fingerprint)}, {signature.SignedAt}, {signature.RecordedBy})
        returning {Columns}
        """, Read, ct))!;

    public static Task<long> Count(Db db, AccountId account, VisitId visit, CancellationToken ct) =>
        db.ValueAsync<long>($"select count(*) from visit_signatures where account_id = {account} and visit_id = {visit}", ct);

    public static VisitSignature Read(DbDataReader row) => new(
        new(row.GetGuid(0)),
        new(row.GetGuid(1)),
        new(row.GetGuid(2)),
        new(row.GetGuid(3)),
        Words<SignatureRole>.Parse(row.GetString(4)),
        row.GetString(5),
        row.IsDBNull(6) ? null : row.GetString(6),
        row.GetString(7),
        row.GetString(8),
        row.GetFieldValue<DateTimeOffset>(9),
        new(row.GetGuid(10)),
        row.GetFieldValue<DateTimeOffset>(11));
}
