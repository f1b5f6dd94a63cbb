using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.Assistant.Catalogue;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.Assistant.Budgets;

/// <summary>What was spent on what: by service and model as the published answer has it, or by provider, key or day.</summary>
internal static class BreakDownCosts
{
    private enum By { Service, Provider, Model, Key, Day }

    /// <summary>Of service, model, provider, key and day those are there that it was asked by.</summary>
    public sealed record Line(string? Service, string? Model, string? Provider, Guid? KeyId, string? Key, DateOnly? Day, long Requests, Spend Cost, long InputTokens, long OutputTokens);

    private sealed record Row(string? Service, string? Model, string? Provider, Guid? KeyId, string? Key, DateOnly? Day, long Requests, long Cost, long InputTokens, long OutputTokens);

    public static async Task<Ok<IReadOnlyList<Line>>> Handle(string? period, string? by, ReadDb db, TimeProvider clock, CancellationToken ct)
    {
        var grouping = by is null ? By.Service : Words<By>.TryParse(by, out var word) ? word
            : throw new RuleException("VALIDATION_ERROR", $"Costs are broken down by one of {string.Join(", ", Words<By>.All)}.") { Field = "by" };
        Sql lines = Periods.Lines(Periods.Parse(period ?? "all").Since(clock.GetUtcNow()));
        Sql sums = $"count(distinct hold_id) as requests, sum(cost)::bigint as cost, sum(input_tokens)::bigint as input_tokens, sum(output_tokens)::bigint as output_tokens";
        var rows = await db.ListAsync<Row>(grouping switch
        {
            By.Service => $"select service, model, null::text as provider, null::uuid as key_id, null::text as key, null::date as day, {sums} from ({lines}) l group by service, model order by cost desc, service, model",
            By.Provider => $"select null::text as service, null::text as model, provider, null::uuid as key_id, null::text as key, null::date as day, {sums} from ({lines}) l group by provider order by cost desc, provider",
            By.Model => $"select null::text as service, model, provider, null::uuid as key_id, null::text as key, null::date as day, {sums} from ({lines}) l group by provider, model order by cost desc, model",
            By.Key => $"select null::text as service, null::text as model, null::text as provider, l.key_id, k.name as key, null::date as day, {sums} from ({lines}) l left join api_keys k on k.id = l.key_id group by l.key_id, k.name order by cost desc, l.key_id",
            By.Day => $"select null::text as service, null::text as model, null::text as provider, null::uuid as key_id, null::text as key, (settled_at at time zone 'UTC')::date as day, {sums} from ({lines}) l group by day order by day",
        }, ct);
        return TypedResults.Ok<IReadOnlyList<Line>>([.. rows.Select(row => new Line(row.Service, row.Model, row.Provider, row.KeyId, row.Key, row.Day, row.Requests, new(row.Cost), row.InputTokens, row.OutputTokens))]);
    }
}
