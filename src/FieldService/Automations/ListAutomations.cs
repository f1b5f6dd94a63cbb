using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Automations;

/// <summary>The automations of the company with what they did lately.</summary>
internal static class ListAutomations
{
    private static readonly Sorting Sorting = new("type", descending: false,
        ("type", $"a.type, a.id", $"a.type desc, a.id desc"),
        ("next_run_at", $"a.next_run_at, a.id", $"a.next_run_at desc, a.id desc"));

    public sealed record Filter
    {
        public string? Type { get; init; }

        public string? Sort { get; init; }

        public string? Order { get; init; }
    }

    public sealed record Counts(long Sent, long Skipped, long Errors);

    public sealed record Stats([property: JsonPropertyName("last_24h")] Counts Last24h, [property: JsonPropertyName("last_7d")] Counts Last7d);

    public sealed record Row(
        Guid Id, Guid AccountId, string Type, bool Enabled, JsonObject Config, DateTimeOffset NextRunAt, DateTimeOffset? LastRunAt, int Failures, string? LastError, DateTimeOffset? FailedAt,
        DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, int Version, Stats Stats);

    internal sealed record Found(
        Guid Id, Guid AccountId, string Type, bool Enabled, string Config, DateTimeOffset NextRunAt, DateTimeOffset? LastRunAt, int Failures, string? LastError, DateTimeOffset? FailedAt,
        DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, int Version, long DaySent, long DaySkipped, long DayErrors, long WeekSent, long WeekSkipped, long WeekErrors);

    public static async Task<Ok<Page<Row>>> Handle([AsParameters] Paging paging, [AsParameters] Filter filter, CurrentUser user, ReadDb db, TimeProvider clock, CancellationToken ct)
    {
        var type = ListParameters.Word<AutomationType>(filter.Type, "type");
        var (week, day) = (clock.GetUtcNow().AddDays(-7), clock.GetUtcNow().AddDays(-1));
        var order = Sorting.By(filter.Sort, filter.Order);
        Sql asked = $"a.account_id = {user.Account} {Sql.If(type is not null, $"and a.type = {type}")}";

        var (rows, total) = await db.PageAsync<Found>(
            $"""
            select a.id, a.account_id, a.type, a.enabled, a.config::text as config, a.next_run_at, a.last_run_at, a.failures, a.last_error, a.failed_at, a.created_at, a.updated_at, a.version,
                   s.day_sent, s.day_skipped, s.day_errors, s.week_sent, s.week_skipped, s.week_errors
            from automations a
            cross join lateral (
              select count(*) filter (where m.status = 'sent' and m.created_at > {day}) as day_sent, count(*) filter (where m.status in ('skipped', 'cancelled') and m.created_at > {day}) as day_skipped,
                     count(*) filter (where m.status in ('failed', 'in_doubt') and m.created_at > {day}) as day_errors, count(*) filter (where m.status = 'sent') as week_sent,
                     count(*) filter (where m.status in ('skipped', 'cancelled')) as week_skipped, count(*) filter (where m.status in ('failed', 'in_doubt')) as week_errors
              from messages m where m.account_id = a.account_id and m.automation_id = a.id and m.created_at > {week}) s
            where {asked}
            order by {order}
            {paging.Window}
            """,
            $"select count(*) from automations a where {asked}", ct);
        return Answers.Page(paging, (rows.ConvertAll(Shown), total));
    }

    private static Row Shown(Found found) => new(
        found.Id, found.AccountId, found.Type, found.Enabled, AutomationSql.ConfigOf(found.Config), found.NextRunAt, found.LastRunAt, found.Failures, found.LastError, found.FailedAt, found.CreatedAt,
        found.UpdatedAt, found.Version, new(new(found.DaySent, found.DaySkipped, found.DayErrors), new(found.WeekSent, found.WeekSkipped, found.WeekErrors)));
}
