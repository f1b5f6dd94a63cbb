using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Recurring;

internal static class GetJobPlan
{
    public static async Task<Ok<One<JobPlan>>> Handle(JobPlanId id, CurrentUser user, ReadDb db, CancellationToken ct) =>
        Answers.Ok(await db.ReadAsync(
            [$"select {JobPlanSql.Columns} from job_plans where account_id = {user.Account} and id = {id}"],
            (results, token) => results.FirstAsync(JobPlanSql.Read, token), ct) ?? throw Missing.Of("job plan"));
}
