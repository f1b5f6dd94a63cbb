using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Visits;

/// <summary>One visit. A technician finds only their own.</summary>
internal static class GetVisit
{
    public static async Task<Ok<One<ListVisits.Row>>> Handle(VisitId id, CurrentUser user, ReadDb db, CancellationToken ct) =>
        Answers.Ok(await db.FirstAsync<ListVisits.Row>($"""
            {ListVisits.Rows}
            where v.account_id = {user.Account} and v.id = {id}
            {Sql.If(!user.IsOffice, ListVisits.With(user.Account, user.Id))}
            """, ct) ?? throw Missing.Of("visit"));
}
