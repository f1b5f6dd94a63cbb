using System.ComponentModel.DataAnnotations;
using System.Data.Common;
using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.TimeEntries;

public readonly record struct LabourRateId(Guid Value) : IId
{
    public static LabourRateId New() => new(Guid.CreateVersion7());
}

/// <summary>What an hour of somebody costs and what it is charged at, from a day on until the next such day. Only the office sees it.</summary>
/// <param name="BillingCents">Per hour; null when their time is not charged by the hour.</param>
public sealed record LabourRate(
    LabourRateId Id, AccountId AccountId, UserId UserId, DateOnly EffectiveOn, Money CostCents, Money? BillingCents, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt) : IVersioned
{
    /// <summary>How often it was changed, from 1 on.</summary>
    public int Version { get; init; }
}

/// <summary>The office says what somebody's hour costs from a day on. The same day again corrects it.</summary>
internal static class SetLabourRate
{
    private const long Most = 100_000_000;

    public sealed record Request([property: Required] DateOnly? EffectiveOn, [property: Required] Money? CostCents, Money? BillingCents);

    public static async Task<Ok<One<LabourRate>>> Handle(UserId id, Request request, CurrentUser user, Db db, CancellationToken ct)
    {
        SeeThatItIsARate(request.CostCents, "cost_cents");
        SeeThatItIsARate(request.BillingCents, "billing_cents");
        if (request.EffectiveOn is { Year: < 1900 or >= 2300 }) throw new RuleException("VALIDATION_ERROR", "effective_on must be a day such as 2026-11-21.") { Field = "effective_on" };
        if (await UserSql.FindForShare(db, user.Account, id, ct) is null) throw Missing.Of("user");

        var rate = new LabourRate(LabourRateId.New(), user.Account, id, request.EffectiveOn!.Value, request.CostCents!.Value, request.BillingCents, default, default);
        if (await LabourRateSql.Insert(db, rate, ct) is { } set)
        {
            await AuditLog.Inserted(db, user, "labour_rate", set.Id, set, ct);
        }
        else
        {
            var before = (await LabourRateSql.FindForUpdate(db, user.Account, id, rate.EffectiveOn, ct))!;
            set = await LabourRateSql.Save(db, before with { CostCents = rate.CostCents, BillingCents = rate.BillingCents }, ct);
            await AuditLog.Updated(db, user, "labour_rate", set.Id, before, set, ct);
        }

        await db.CommitAsync(ct);
        return Answers.Ok(set);
    }

    private static void SeeThatItIsARate(Money? rate, string field)
    {
        if (rate is { Cents: < 0 or > Most }) throw new RuleException("VALIDATION_ERROR", $"{field}: an hour is 0 to {Most} cents.") { Field = field };
    }
}

/// <summary>What an hour of somebody has cost and costs, the newest first.</summary>
internal static class ListLabourRates
{
    public static async Task<Ok<Page<LabourRate>>> Handle(UserId id, [AsParameters] Paging paging, CurrentUser user, ReadDb db, CancellationToken ct)
    {
        var found = await db.ReadAsync(
            [
                $"select count(*), exists (select from users where account_id = {user.Account} and id = {id}) from labour_rates where account_id = {user.Account} and user_id = {id}",
                $"""
                select {LabourRateSql.Columns} from labour_rates where account_id = {user.Account} and user_id = {id}
                order by effective_on desc {paging.Window}
                """,
            ],
            async (results, token) => (
                Head: (await results.ListAsync(row => (Total: row.GetInt64(0), IsThere: row.GetBoolean(1)), token))[0],
                Rows: await results.ListAsync(LabourRateSql.Read, token)), ct);
        return found.Head.IsThere ? Answers.Page(paging, (found.Rows, found.Head.Total)) : throw Missing.Of("user");
    }
}

/// <summary>Every statement that writes <c>labour_rates</c>.</summary>
internal static class LabourRateSql
{
    public static Task<LabourRate?> FindForUpdate(Db db, AccountId account, UserId person, DateOnly day, CancellationToken ct) =>
        db.FirstAsync($"select {Columns} from labour_rates where account_id = {account} and user_id = {person} and effective_on = {day} for update", Read, ct);

    /// <returns>Null when there is a rate from that day on already.</returns>
    public static Task<LabourRate?> Insert(Db db, LabourRate rate, CancellationToken ct) => db.FirstAsync($"""
        insert into labour_rates (account_id, id, user_id, effective_on, cost_cents, billing_cents)
        values ({rate.AccountId}, {rate.Id}, {rate.UserId}, {rate.EffectiveOn}, {rate.CostCents}, {rate.BillingCents})
        on conflict on constraint one_labour_rate_per_day do nothing
        returning {Columns}
        """, Read, ct);

    public static async Task<LabourRate> Save(Db db, LabourRate rate, CancellationToken ct) => (await db.FirstAsync($"""
        update labour_rates set cost_cents = {rate.CostCents}, billing_cents = {rate.BillingCents}
        where account_id = {rate.AccountId} and id = {rate.Id}
        returning {Columns}
        """, Read, ct))!;

    /// <summary>The rate that holds for a time entry <c>t</c>: by the day on which it began, where the company is.</summary>
    public static Sql RateOf(string zone) => $"""
        (select r.cost_cents, r.billing_cents from labour_rates r
         where r.account_id = t.account_id and r.user_id = t.user_id and r.effective_on <= (t.started_at at time zone {zone})::date
         order by r.effective_on desc limit 1)
        """;

    public static Sql Columns => $"id, account_id, user_id, effective_on, cost_cents, billing_cents, created_at, updated_at, version";

    public static LabourRate Read(DbDataReader row) => new(
        new(row.GetGuid(0)),
        new(row.GetGuid(1)),
        new(row.GetGuid(2)),
        row.GetFieldValue<DateOnly>(3),
        new(row.GetInt64(4)),
        row.IsDBNull(5) ? null : new Money(row.GetInt64(5)),
        row.GetFieldValue<DateTimeOffset>(6),
        row.GetFieldValue<DateTimeOffset>(7))
    {
        Version = row.GetInt32(8),
    };
}
