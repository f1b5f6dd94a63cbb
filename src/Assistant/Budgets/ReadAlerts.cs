using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.Assistant.Catalogue;
using Outpost.Platform.Postgres;

namespace Outpost.Assistant.Budgets;

/// <summary>Limits that have refused something, and warnings that were passed, within the windows that still run.</summary>
internal static class ReadAlerts
{
    /// <param name="KeyId">Whose limit; null for the service's own.</param>
    public sealed record Alert(DateTimeOffset At, string Window, Guid? KeyId, Spend Threshold, Spend Used);

    public sealed record Response(IReadOnlyList<Alert> ActiveAlerts, IReadOnlyList<Alert> Warnings);

    private sealed record Row(DateTimeOffset At, string Kind, string TimeWindow, Guid Scope, long Threshold, long Used);

    public static async Task<Ok<Response>> Handle(ReadDb db, TimeProvider clock, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var rows = await db.ListAsync<Row>($"""
            select at, kind, time_window, scope, threshold, used from budget_events
            where at > {now.AddDays(-1)} and (time_window = 'day' or at > {now.AddHours(-1)})
            order by at desc, id desc limit 1000
            """, ct);
        return TypedResults.Ok(new Response(Of("limit"), Of("warn")));

        Alert[] Of(string kind) =>
            [.. rows.Where(row => row.Kind == kind).Select(row => new Alert(row.At, row.TimeWindow, row.Scope == Guid.Empty ? null : row.Scope, new(row.Threshold), new(row.Used)))];
    }
}
