using System.Globalization;
using NodaTime;
using NodaTime.Extensions;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Messages;
using Outpost.FieldService.Web.Pages;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Automations;

/// <summary>Asks a client who has not answered an estimate, some days after it was sent and while it can still be accepted.</summary>
internal static class EstimateFollowup
{
    private const int LongestDelay = 180;
    // An estimate that nobody has thought of for longer is asked about by a person.
    private const int ForgottenAfterDays = 14;
    private static readonly TimeOnly UsualTime = new(9, 0);

    public static AutomationKind Kind { get; } = new(AutomationType.EstimateFollowup, "estimate-followup", TimeSpan.FromHours(1), new(
        "estimate_followup", "estimate",
        ["client_name", "company_name", "total", "sent_date", "expires_date", "opt_out_url"],
        FindAsync,
        (db, company, ct) => db.ValueAsync<Guid?>($"select id from estimates where account_id = {company.Account} order by status = 'sent' desc, created_at desc, id limit 1", ct),
        DefaultTemplates.EstimateFollowup), config => Plan.Of(new(config, "days_after", "at")));

    private sealed record Row(Guid Id, Guid ClientId, string ClientName, string Status, Money TotalCents, DateTimeOffset? SentAt, DateTimeOffset? ExpiresAt, DateOnly? ExpiresOn);

    private sealed record Trail(Guid AutomationId, int DaysAfterStep, Money TotalCents, DateTimeOffset? SentAt, Guid ClientId, string ClientName, DateTimeOffset? FollowupSentAt);

    private sealed record Plan(IReadOnlyList<Channel> Channels, int[] DaysAfter, TimeOnly At) : IPlan
    {
        public static Plan Of(Config config) => new(config.Channels(), config.Days("days_after", [3, 7], 1, LongestDelay), config.Time("at", UsualTime));

        public async Task<List<Occasion>> OccasionsAsync(Db db, CurrentUser company, DateTimeOffset now, DateTimeOffset until, CancellationToken ct)
        {
            var zone = LocalTimes.Zone(null, company);
            var estimates = await db.ListAsync<Row>($"""
                {Estimates}
                where e.account_id = {company.Account} and e.status = 'sent' and (e.expires_on is null or (e.expires_on + 1)::timestamp at time zone a.time_zone > {now})
                  and e.sent_at > {now.AddDays(-DaysAfter[^1] - ForgottenAfterDays)} and e.sent_at <= {until}
                order by e.sent_at, e.id
                """, ct);
            return [.. from estimate in estimates from days in DaysAfter select One(estimate, days, zone)];
        }

        private Occasion One(Row estimate, int days, DateTimeZone zone)
        {
            var at = estimate.SentAt!.Value.ToInstant().InZone(zone).Date.PlusDays(days).At(At, zone);
            var forgotten = at.AddDays(ForgottenAfterDays);
            return new(
                estimate.Id, new(estimate.ClientId), $"{days}d", string.Create(CultureInfo.InvariantCulture, $"{estimate.SentAt.Value.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}|{days}"), at,
                estimate.ExpiresAt is { } expires && expires < forgotten ? expires : forgotten, zone, $"Estimate for {estimate.ClientName}",
                (automation, sentAt) => new Trail(automation.Value, days, estimate.TotalCents, estimate.SentAt, estimate.ClientId, estimate.ClientName, sentAt));
        }
    }

    private static Sql Estimates => $"""
        select e.id, e.client_id, c.name as client_name, e.status, e.total_cents, e.sent_at,
               (e.expires_on + 1)::timestamp at time zone a.time_zone as expires_at, e.expires_on
        from estimates e join clients c on c.account_id = e.account_id and c.id = e.client_id join accounts a on a.id = e.account_id
        """;

    private static async Task<Facts?> FindAsync(Db db, CurrentUser company, Guid subject, string? occurrence, DateTimeOffset now, CancellationToken ct)
    {
        if (await db.FirstAsync<Row>($"{Estimates} where e.account_id = {company.Account} and e.id = {subject}", ct) is not { } estimate) return null;

        var zone = LocalTimes.Zone(null, company);
        var obstacle = estimate.Status != "sent" ? "the estimate was answered" : estimate.ExpiresAt <= now ? "the estimate has expired" : null;
        return new(new(estimate.ClientId), obstacle, zone.Id, new Dictionary<string, string>
        {
            ["total"] = estimate.TotalCents.In(company.Currency),
            ["sent_date"] = Day(estimate.SentAt, zone),
            ["expires_date"] = estimate.ExpiresOn is { } last ? WallClock.InFull(last) : "",
        });
    }

    private static string Day(DateTimeOffset? at, DateTimeZone zone) => at is { } instant ? WallClock.InFull(instant.ToInstant().InZone(zone).Date.ToDateOnly()) : "";
}
