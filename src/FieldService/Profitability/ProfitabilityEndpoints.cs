using Outpost.FieldService.Web;

namespace Outpost.FieldService.Profitability;

internal static class ProfitabilityEndpoints
{
    public static void MapProfitability(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/v1/jobs/{id}/profitability", JobProfit.Handle).Requires(Ability.ReadMoney).WithTags("Profitability").WithSummary("What a job brought in, cost and left");
        app.MapGet("/api/v1/profitability", MonthOfJobs.Handle).Requires(Ability.ReadMoney).WithTags("Profitability").WithSummary("What each job brought in and cost in a month");
    }
}
