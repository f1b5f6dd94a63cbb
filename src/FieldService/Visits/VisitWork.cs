using Outpost.FieldService.Accounts;
using Outpost.FieldService.Jobs;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Visits;

/// <summary>What is recorded on a visit (time, parts, expenses) finds the visit's job here.</summary>
internal static class VisitWork
{
    /// <summary>
    /// The job of a visit that the caller may work on; null when there is no such visit for them: whose visit it is says the policy of the table. The visit
    /// cannot be deleted until the commit, and nobody who only changes it has to wait.
    /// </summary>
    public static async Task<JobId?> JobOf(Db db, AccountId account, VisitId id, CancellationToken ct) =>
        await db.ValueAsync<Guid?>($"select job_id from visits where account_id = {account} and id = {id} for key share", ct) is { } job ? new(job) : null;
}
