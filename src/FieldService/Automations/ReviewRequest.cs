using System.Globalization;
using NodaTime;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Messages;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Automations;

/// <summary>Asks a client how the work was, once for each job and soon after its last visit; never about work of long ago.</summary>
internal static class ReviewRequest
{
    private const decimal ShortestDelay = 0.5m, LongestDelay = 24 * 30;
    private const int ForgottenAfterDays = 7;

    public static AutomationKind Kind { get; } = new(AutomationType.ReviewRequest, "review-request", TimeSpan.FromHours(1), new(
        "review_request", "job",
        ["client_name", "company_name", "job_title", "review_url", "opt_out_url"],
        FindAsync,
        (db, company, ct) => db.ValueAsync<Guid?>($"select id from jobs where account_id = {company.Account} order by status in ('completed', 'invoiced') desc, created_at desc, id limit 1", ct),
        DefaultTemplates.ReviewRequest), config => Plan.Of(new(config, "hours_after")));

    private sealed record Row(Guid Id, string Title, string Status, Guid ClientId, string ClientName, DateTimeOffset? CompletedAt);

    private sealed record Trail(Guid AutomationId, string JobTitle, DateTimeOffset? CompletedAt, Guid ClientId, string ClientName, DateTimeOffset? RequestSentAt);

    private sealed record Plan(IReadOnlyList<Channel> Channels, decimal[] HoursAfter) : IPlan
    {
        public static Plan Of(Config config) => new(config.Channels(), config.Numbers("hours_after", [24], ShortestDelay, LongestDelay)[..1]);

        public async Task<List<Occasion>> OccasionsAsync(Db db, CurrentUser company, DateTimeOffset now, DateTimeOffset until, CancellationToken ct)
        {
            var wait = TimeSpan.FromTicks((long)(HoursAfter[0] * TimeSpan.TicksPerHour));
            var zone = LocalTimes.Zone(null, company);
            var jobs = await db.ListAsync<Row>($"""
                select j.id, j.title, j.status, j.client_id, c.name as client_name, d.completed_at
                from (select v.job_id, max(v.completed_at) as completed_at from visits v
                      where v.account_id = {company.Account} and v.status = 'completed' and v.completed_at > {now - wait - TimeSpan.FromDays(ForgottenAfterDays)}
                      group by v.job_id) d
                join jobs j on j.account_id = {company.Account} and j.id = d.job_id and j.status in ('completed', 'invoiced')
                join clients c on c.account_id = j.account_id and c.id = j.client_id
                order by d.completed_at, j.id
                """, ct);
            return [.. jobs.Select(job => new Occasion(
                job.Id, new(job.ClientId), HoursAfter[0].ToString("0.####", CultureInfo.InvariantCulture) + "h", "done", job.CompletedAt!.Value + wait, job.CompletedAt.Value + wait + TimeSpan.FromDays(ForgottenAfterDays),
                zone, $"{job.Title} for {job.ClientName}",
                (automation, sentAt) => new Trail(automation.Value, job.Title, job.CompletedAt, job.ClientId, job.ClientName, sentAt)))];
        }
    }

    private static async Task<Facts?> FindAsync(Db db, CurrentUser company, Guid subject, string? occurrence, DateTimeOffset now, CancellationToken ct)
    {
        if (await db.FirstAsync<Row>($"""
            select j.id, j.title, j.status, j.client_id, c.name as client_name, null::timestamptz as completed_at
            from jobs j join clients c on c.account_id = j.account_id and c.id = j.client_id
            where j.account_id = {company.Account} and j.id = {subject}
            """, ct) is not { } job) return null;

        return new(new(job.ClientId), job.Status is "completed" or "invoiced" ? null : "the job is not completed any more", LocalTimes.Zone(null, company).Id, new Dictionary<string, string>
        {
            ["job_title"] = job.Title,
            ["review_url"] = (await AccountSettings.OfAsync(db, company.Account, ct)).Messages.ReviewUrl ?? "",
        });
    }
}
