using Outpost.Assistant.Web;

namespace Outpost.Assistant.Budgets;

internal static class CostEndpoints
{
    public static void MapCosts(this IEndpointRouteBuilder app)
    {
        var costs = app.MapGroup("/api/costs").WithTags("Costs");

        costs.MapGet("/summary", SummarizeCosts.Handle).Requires(Ability.ReadCosts).WithSummary("What was spent in a period");
        costs.MapGet("/breakdown", BreakDownCosts.Handle).Requires(Ability.ReadCosts).WithSummary("What was spent on what");
        costs.MapGet("/limits", ReadLimits.Handle).Requires(Ability.ReadCosts).WithSummary("What may be spent, and how much of it is used");
        costs.MapPost("/limits", ChangeLimits.Handle).Requires(Ability.ManageCosts).WithSummary("Make limits stricter than the operator has set them");
        costs.MapGet("/alerts", ReadAlerts.Handle).Requires(Ability.ReadCosts).WithSummary("Limits and warnings that were reached in the windows that run");
        costs.MapGet("/flagged", ListFlagged.Handle).Requires(Ability.ReadCosts).WithSummary("Requests whose cost somebody should look at");
        costs.MapPost("/holds/{id:guid}/resolution", ResolveHold.Handle).Requires(Ability.ManageCosts).WithSummary("Say what an expired request really cost");
    }
}
