using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Outpost.Assistant.Catalogue;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.Assistant.Budgets;

/// <summary>
/// An administrator makes limits stricter. What the operator has set in <c>COST_LIMIT_*</c> stays the ceiling, so nobody who gets hold of a key can lift it.
/// As published: dollars in the query, and 0 leaves a limit as it is.
/// </summary>
internal static partial class ChangeLimits
{
    public sealed record Response(bool Success, IReadOnlyDictionary<string, Spend> Limits);

    public static async Task<Ok<Response>> Handle(
        [FromQuery(Name = "per_request")] string? perRequest, [FromQuery(Name = "per_hour")] string? perHour, [FromQuery(Name = "per_day")] string? perDay, ReadDb lookup, Db db, BudgetSettings settings, TimeProvider clock, ILogger<Ledger> log, CancellationToken ct)
    {
        var given = new Dictionary<string, Spend>(StringComparer.Ordinal);
        var now = (await ReadLimits.FindAsync(lookup, clock.GetUtcNow(), ct)).Limits;
        var changed = now with
        {
            PerRequest = Read("per_request", perRequest, now.PerRequest, settings.Limits.PerRequest),
            PerHour = Read("per_hour", perHour, now.PerHour, settings.Limits.PerHour),
            PerDay = Read("per_day", perDay, now.PerDay, settings.Limits.PerDay),
        };
        await db.ValueAsync<object>(LedgerSql.Limit(Guid.Empty, changed), ct);
        await db.CommitAsync(ct);
        Changed(log, string.Join(", ", given.Select(limit => $"{limit.Key} {limit.Value}")));
        return TypedResults.Ok(new Response(true, given));

        Spend? Read(string field, string? text, Spend? before, Spend? ceiling)
        {
            if (text is null) return before;
            if (!decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var dollars) || dollars > 1_000_000_000 || decimal.Round(dollars, 9) != dollars)
                throw new RuleException("VALIDATION_ERROR", "A limit is a number of dollars such as 0.50.") { Field = field };
            if (dollars < 0) throw BudgetRules.NegativeLimit(field);
            if (dollars == 0) return before;

            var limit = Spend.FromDollars(dollars);
            if (limit > ceiling) throw BudgetRules.MoreThanSet(field, ceiling.Value.ToString());
            return given[field] = limit;
        }
    }

    [LoggerMessage(LogLevel.Information, "Spending limits changed: {Limits}")]
    private static partial void Changed(ILogger log, string limits);
}
