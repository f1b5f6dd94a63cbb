using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Jobs;

/// <summary>Jobs by a part of their title, or by whom or where they are for.</summary>
internal static class JobSearch
{
    /// <summary>A condition: the job <c>j</c> matches.</summary>
    public static Sql And(SearchText text) => $"and j.id = any ({Ids(text)})";

    /// <summary>A condition: they go to a visit of the job <c>j</c>, as the lead or beside them.</summary>
    public static Sql OwnOf(CurrentUser technician) =>
        $"and j.id in (select t.job_id from visit_technicians t where t.account_id = {technician.Account} and t.user_id = {technician.Id})";

    /// <summary>An array: the ids of those that match, some of them twice.</summary>
    public static Sql Ids(SearchText text) => $"array(select jobs_matching({text.Pattern}))";
}
