using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Visits;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Parts;

/// <summary>What was used on a visit, in the order in which it was recorded.</summary>
internal static class ListParts
{
    public static async Task<Ok<Page<VisitPart>>> Handle(VisitId id, [AsParameters] Paging paging, CurrentUser user, ReadDb db, CancellationToken ct)
    {
        var found = await db.ReadAsync(
            [
                // Whose visit it is says the policy of the table.
                $"""
                select (select count(*) from visit_parts where account_id = {user.Account} and visit_id = {id}),
                       exists (select from visits where account_id = {user.Account} and id = {id})
                """,
                $"""
                select {PartSql.Columns} from visit_parts p where p.account_id = {user.Account} and p.visit_id = {id}
                order by p.created_at, p.id {paging.Window}
                """,
            ],
            async (results, token) => (
                Head: (await results.ListAsync(row => (Total: row.GetInt64(0), IsThere: row.GetBoolean(1)), token))[0],
                Rows: await results.ListAsync(PartSql.Read, token)), ct);
        return found.Head.IsThere ? Answers.Page(paging, ([.. found.Rows.Select(part => part.For(user))], found.Head.Total)) : throw Missing.Of("visit");
    }

    public static async Task<Ok<One<VisitPart>>> One(PartId id, CurrentUser user, ReadDb db, CancellationToken ct) =>
        Answers.Ok((await db.ReadAsync(
            [$"select {PartSql.Columns} from visit_parts p where p.account_id = {user.Account} and p.id = {id}"], (results, token) => results.FirstAsync(PartSql.Read, token), ct)
            ?? throw Missing.Of("part")).For(user));
}
