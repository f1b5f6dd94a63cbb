using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Visits;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Signatures;

/// <summary>
/// Whoever did the work signs for it, and the client on the spot. It may reach the server hours later, from a telephone that had no signal; what is hashed is what the
/// server knows of the visit then, and everything that the telephone had sent before it.
/// </summary>
internal static class SignVisit
{
    /// <param name="Drawing">The line they drew, as the path of an SVG.</param>
    /// <param name="SignedAt">When, by the device's clock; now when it is left out.</param>
    public sealed record Request(
        [property: Required] SignatureRole? Role,
        [property: Required, StringLength(200)] string? Name,
        [property: StringLength(VisitSignature.LongestDrawing)] string? Drawing,
        DateTimeOffset? SignedAt);

    public static async Task<IResult> Handle(VisitId id, Request request, CurrentUser user, Db db, Idempotency idempotency, TimeProvider clock, CancellationToken ct)
    {
        if (request.Drawing is { } line && !VisitSignature.IsDrawing(line)) throw SignatureRules.NoDrawing();
        if (await idempotency.ReplayAsync(request, null, ct) is { } replay) return replay;

        var visit = await VisitSql.FindForUpdate(db, user, id, ct) ?? throw Missing.Of("visit");
        if (visit.ArrivedAt is not { } arrived) throw SignatureRules.NothingToSign();
        if (await SignatureSql.Count(db, user.Account, id, ct) >= SignatureRules.MostOnAVisit) throw SignatureRules.TooMany();

        var now = clock.GetUtcNow();
        // The arrival may have been sent after it happened, by the same telephone: what is before it by less than two weeks is such a one.
        if (request.SignedAt is { } at && (at > now.AddHours(1) || at < arrived.AddDays(-14))) throw SignatureRules.OddTime();

        var work = (await db.FirstAsync($"""
            select v.id as visit_id, j.title as job_title, c.name as client_name, coalesce(p.address, c.address_line1) as address, v.arrived_at, v.tech_notes,
                   array(select u.quantity || ' ' || u.unit || ' ' || u.description from visit_parts u where u.account_id = v.account_id and u.visit_id = v.id order by u.created_at, u.id) as parts
            from visits v join jobs j on j.account_id = v.account_id and j.id = v.job_id join clients c on c.account_id = j.account_id and c.id = j.client_id
            left join properties p on p.account_id = j.account_id and p.id = j.property_id
            where v.account_id = {user.Account} and v.id = {id}
            """,
            row => new SignedWork(
                row.GetGuid(0), row.GetString(1), row.GetString(2), row.IsDBNull(3) ? null : row.GetString(3), row.IsDBNull(4) ? null : row.GetFieldValue<DateTimeOffset>(4),
                row.IsDBNull(5) ? null : row.GetString(5), row.GetFieldValue<string[]>(6)), ct))!;
        var signedAt = Whole(request.SignedAt ?? now);
        var hash = VisitSignature.HashOf(work);
        var signature = await SignatureSql.Insert(db, new(
            SignatureId.New(), user.Account, id, visit.JobId, request.Role!.Value, request.Name!, request.Drawing, hash,
            VisitSignature.FingerprintOf(hash, request.Role.Value, request.Name!, request.Drawing, signedAt), signedAt, user.Id, default), ct);
        await AuditLog.Inserted(db, user, "visit_signature", signature.Id, signature with { Drawing = null }, ct);
        return await idempotency.CommitAsync(StatusCodes.Status201Created, new One<VisitSignature>(signature), ct);
    }

    public static async Task<Ok<Page<VisitSignature>>> List(VisitId id, [AsParameters] Paging paging, CurrentUser user, ReadDb db, CancellationToken ct)
    {
        var found = await db.ReadAsync(
            [
                $"""
                select (select count(*) from visit_signatures where account_id = {user.Account} and visit_id = {id}),
                       exists (select from visits where account_id = {user.Account} and id = {id})
                """,
                $"select {SignatureSql.Columns} from visit_signatures s where s.account_id = {user.Account} and s.visit_id = {id} order by s.signed_at, s.id {paging.Window}",
            ],
            async (results, token) => (
                Head: (await results.ListAsync(row => (Total: row.GetInt64(0), IsThere: row.GetBoolean(1)), token))[0],
                Rows: await results.ListAsync(SignatureSql.Read, token)), ct);
        return found.Head.IsThere ? Answers.Page(paging, (found.Rows, found.Head.Total)) : throw Missing.Of("visit");
    }

    // To the millisecond, as the API shows it: who checks the fingerprint has no more than that.
    private static DateTimeOffset Whole(DateTimeOffset at) => new(at.UtcTicks - (at.UtcTicks % TimeSpan.TicksPerMillisecond), TimeSpan.Zero);
}
